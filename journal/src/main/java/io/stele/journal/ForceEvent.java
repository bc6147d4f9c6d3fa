package io.stele.journal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A force, as the flight recorder sees it. Off unless a recording enables it. */
@Name("io.stele.Force")
@Label("Force")
@Category({"Stele", "Journal"})
@Description("A force of one lane to the disk")
@Enabled(false)
@StackTrace(false)
final class ForceEvent extends Event {
    @Label("Lane")
    int lane;

    @Label("Records")
    long records;
}
