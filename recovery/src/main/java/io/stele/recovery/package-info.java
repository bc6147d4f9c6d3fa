/** From snapshot and events back to a state. Start at Recovery. */
@NullMarked
package io.stele.recovery;

import org.jspecify.annotations.NullMarked;
