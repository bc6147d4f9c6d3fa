/** Examples that are also the demo. */
@NullMarked
package io.stele.examples;

import org.jspecify.annotations.NullMarked;
