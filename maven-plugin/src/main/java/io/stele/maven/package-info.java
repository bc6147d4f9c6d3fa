/** Goals for Maven. */
@NullMarked
package io.stele.maven;

import org.jspecify.annotations.NullMarked;
