/** Tests that need more than one module, or more than one process. */
@NullMarked
package io.stele.it;

import org.jspecify.annotations.NullMarked;
