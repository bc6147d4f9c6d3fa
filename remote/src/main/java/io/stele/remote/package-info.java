/** Actors on other machines; not built yet. */
@NullMarked
package io.stele.remote;

import org.jspecify.annotations.NullMarked;
