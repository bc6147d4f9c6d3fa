/** The command line. */
@NullMarked
package io.stele.tools;

import org.jspecify.annotations.NullMarked;
