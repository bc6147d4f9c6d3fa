package io.stele.runtime;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** An append, as the flight recorder sees it. Off unless a recording enables it. */
@Name("io.stele.Append")
@Label("Append")
@Category({"Stele", "Journal"})
@Description("Encoding and appending the events of one effect")
@Enabled(false)
@StackTrace(false)
final class AppendEvent extends Event {
    @Label("Persistence id")
    @Nullable String persistenceId;

    @Label("Events")
    int events;

    @Label("Bytes")
    int bytes;

    @Label("Lane")
    int lane;
}
