/** What applications test their actors with. Start at ActorScenario. */
@NullMarked
package io.stele.actortestkit;

import org.jspecify.annotations.NullMarked;
