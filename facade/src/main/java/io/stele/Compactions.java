package io.stele;

import io.stele.recovery.CompactionHistory;
import io.stele.recovery.CompactionReport;
import io.stele.recovery.CompactionSchedule;
import io.stele.recovery.Compactor;
import io.stele.recovery.LegalHolds;
import io.stele.recovery.ScheduledCompaction;
import io.stele.spi.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything about compaction of a directory that is open: {@link Stele#compactions} returns it.
 *
 * <pre>
 *   Compactions compactions = Stele.compactions(system);
 *   compactions.holds().hold(new PersistenceId("account", "42"));
 *   compactions.compactor().execute(compactions.compactor().plan(), "asked for by hand");
 * </pre>
 *
 * <h2>Threads</h2>
 * Any thread may call any method. It works until the system is closed.
 */
public final class Compactions implements AutoCloseable {
    private final Compactor compactor;
    private final LegalHolds holds;
    private final CompactionHistory history;
    private final @Nullable ScheduledCompaction scheduled;

    Compactions(
            Compactor compactor,
            LegalHolds holds,
            CompactionHistory history,
            @Nullable CompactionSchedule schedule,
            Clock clock) {
        this.compactor = compactor;
        this.holds = holds;
        this.history = history;
        this.scheduled = schedule == null ? null : ScheduledCompaction.start(compactor, schedule, clock);
    }

    /** Returns what plans and compacts when it is told to. */
    public Compactor compactor() {
        return compactor;
    }

    /** Returns the actors of which nothing is removed: asked for, set and released here, they survive restarts. */
    public LegalHolds holds() {
        return holds;
    }

    /** Returns what all runs did, oldest first, those of earlier openings and of the command line included. */
    public List<CompactionReport> history() {
        return history.runs();
    }

    /** Returns the runs that come by themselves; empty if none were asked for with {@link SteleBuilder#compactEvery}. */
    public Optional<ScheduledCompaction> scheduled() {
        return Optional.ofNullable(scheduled);
    }

    /** Called by the system when it closes. */
    @Override
    public void close() {
        if (scheduled != null) {
            scheduled.close();
        }
    }
}
