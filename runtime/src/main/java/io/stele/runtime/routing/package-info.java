/** Which of several actors takes a message, decided where it is sent. Start at Router. */
@NullMarked
package io.stele.runtime.routing;

import org.jspecify.annotations.NullMarked;
