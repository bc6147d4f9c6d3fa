/** One call that opens a data directory. Start at Stele. */
@NullMarked
package io.stele;

import org.jspecify.annotations.NullMarked;
