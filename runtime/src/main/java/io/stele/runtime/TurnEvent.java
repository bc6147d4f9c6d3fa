package io.stele.runtime;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A turn, as the flight recorder sees it: those of 10 ms and more, unless the recording says otherwise. Off unless a recording enables it. */
@Name("io.stele.Turn")
@Label("Turn")
@Category({"Stele", "Actors"})
@Description("A turn of an actor on a worker")
@Enabled(false)
@StackTrace(false)
@Threshold("10 ms")
final class TurnEvent extends Event {
    @Label("Actor")
    @Nullable String actor;
}
