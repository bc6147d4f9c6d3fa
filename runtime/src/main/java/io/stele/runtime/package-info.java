/** What applications write actors with. Start at PersistentActor. */
@NullMarked
package io.stele.runtime;

import org.jspecify.annotations.NullMarked;
