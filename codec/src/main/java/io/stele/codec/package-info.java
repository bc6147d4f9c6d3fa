/** Writes records by name, so that they can change and still be read. */
@NullMarked
package io.stele.codec;

import org.jspecify.annotations.NullMarked;
