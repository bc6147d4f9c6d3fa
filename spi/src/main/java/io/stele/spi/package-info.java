/**
 * Contracts between the actor runtime and whatever stores its events and snapshots. Imports nothing but the JDK, so that
 * another engine can take the place of any store.
 */
@NullMarked
package io.stele.spi;

import org.jspecify.annotations.NullMarked;
