package io.stele.runtime;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A recovery, as the flight recorder sees it. Off unless a recording enables it. */
@Name("io.stele.Recovery")
@Label("Recovery")
@Category({"Stele", "Actors"})
@Description("An actor came into memory")
@Enabled(false)
@StackTrace(false)
final class RecoveryEvent extends Event {
    @Label("Persistence id")
    @Nullable String persistenceId;

    @Label("Events replayed")
    long eventsReplayed;

    @Label("Snapshot at")
    long snapshotSequenceNumber;

    @Label("Waited, ns")
    long waitNs;
}
