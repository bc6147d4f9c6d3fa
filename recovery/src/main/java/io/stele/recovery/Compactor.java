package io.stele.recovery;

import io.stele.recovery.CompactionReport.State;
import io.stele.spi.Clock;
import io.stele.spi.CompactableJournal;
import io.stele.spi.CompactionOutcome;
import io.stele.spi.HistoryFile;
import io.stele.spi.SnapshotStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Carries out {@link CompactionPlan}s on an open journal, while actors run.
 *
 * <pre>
 *   Compactor compactor = new Compactor(journal, snapshots, rules, history, clock);
 *   CompactionPlan plan = compactor.plan();
 *   compactor.execute(plan, "asked for by hand");
 * </pre>
 *
 * <p>Works in batches of adjacent files of one lane; each is done or not done. What stays is decided anew for every batch, after the
 * snapshots were flushed, from snapshots that were read back. A process that ends in the middle loses nothing, and the next run goes
 * on from there.
 *
 * <h2>Threads</h2>
 * Any thread may call any method. Runs take turns. {@link #pause}, {@link #resume}, {@link #stop} and {@link #throttle} reach the
 * run that is under way within 64 KiB of its work.
 *
 * <h2>Failure</h2>
 * A run ends at the first thing that does not work, a failed lane included; what it had finished stays done and stands in the history.
 */
public final class Compactor {
    /** A batch ends with the file that brings what it replaces to this length. */
    private static final long BATCH_BYTES_MAX = 512L << 20;

    private final CompactableJournal journal;
    private final SnapshotStore snapshots;
    private final CompactionRules rules;
    private final CompactionHistory history;
    private final Clock clock;
    private final CompactionPace pace;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile CompactionTotals totals = CompactionTotals.NONE;

    /** Compacts this journal by these rules. */
    public Compactor(
            CompactableJournal journal,
            SnapshotStore snapshots,
            CompactionRules rules,
            CompactionHistory history,
            Clock clock) {
        this.journal = journal;
        this.snapshots = snapshots;
        this.rules = rules;
        this.history = history;
        this.clock = clock;
        this.pace = new CompactionPace(clock);
    }

    /** Plans; see {@link CompactionPlanner#plan}. */
    public CompactionPlan plan() {
        return CompactionPlanner.plan(journal, snapshots, rules, clock);
    }

    /** Sets how many bytes may be read, written and deleted per second, from now on; 0 for no limit, which is the default. */
    public void throttle(long bytesPerSecond) {
        pace.throttle(bytesPerSecond);
    }

    /** Makes the run under way, and later ones, wait until {@link #resume}. Legal holds wait with it. */
    public void pause() {
        pace.pause();
    }

    /** Ends a pause. */
    public void resume() {
        pace.resume();
    }

    /** Makes the run under way end as soon as it can. Does nothing if there is none. */
    public void stop() {
        pace.stop();
    }

    /**
     * Carries out a plan. Takes as long as reading every file that goes, and writing what stays.
     *
     * @param reason who asked for it; stands in the history
     * @return what was done; also if it was stopped
     * @throws IllegalArgumentException if the journal's files are not those of the plan any more
     * @throws io.stele.spi.JournalException if it could not be finished; what was not finished did not happen
     * @throws io.stele.spi.SnapshotException if the snapshots could not be read; likewise
     */
    public CompactionReport execute(CompactionPlan plan, String reason) {
        turn.lock();
        try {
            pace.begin();
            Run run = new Run(history.next(), clock.epochMs(), reason);
            history.add(run.report(State.INTERRUPTED, reason));
            return run.execute(plan);
        } finally {
            turn.unlock();
        }
    }

    /** Returns what was done so far; a run counts once it has ended. */
    public CompactionTotals totals() {
        return totals;
    }

    /** Returns whether a run is under way. */
    public boolean isRunning() {
        return turn.isLocked();
    }

    /** One run under way. */
    private final class Run {
        private final long number;
        private final long startMs;
        private final String reason;
        private long filesRemoved;
        private long bytesBefore;
        private long bytesAfter;
        private long eventsRemoved;
        private long eventsCarried;
        private long bytesRead;

        Run(long number, long startMs, String reason) {
            this.number = number;
            this.startMs = startMs;
            this.reason = reason;
        }

        CompactionReport execute(CompactionPlan plan) {
            State state = State.FAILED;
            String why = "";
            try {
                for (int lane = 0; lane < journal.laneCount(); lane++) {
                    for (List<HistoryFile> batch : batches(plan.going(lane))) {
                        compact(batch);
                    }
                }
                state = State.FINISHED;
            } catch (CompactionStoppedException e) {
                state = State.STOPPED;
            } catch (RuntimeException e) {
                why = "; " + e.getMessage();
                throw e;
            } finally {
                CompactionReport ended = report(state, reason + why);
                totals = totals.plus(ended);
                history.add(ended);
            }
            return report(state, reason);
        }

        private void compact(List<HistoryFile> batch) {
            Lock held = rules.holds().reading();
            held.lock();
            try {
                snapshots.flush();
                Floors floors = new Floors(snapshots, rules, clock.epochMs());
                if (floors.needsTallies()) {
                    floors.learn(journal, journal.files(batch.get(0).lane()));
                }
                requireRead(batch);
                CompactionOutcome outcome = journal.compact(batch, new CompactionBatch(snapshots, floors, pace, clock));
                filesRemoved += batch.size();
                bytesBefore += outcome.bytesBefore();
                bytesAfter += outcome.bytesAfter();
                eventsRemoved += outcome.eventsRemoved();
                eventsCarried += outcome.eventsCarried();
                bytesRead += outcome.bytesRead();
            } finally {
                held.unlock();
            }
            history.add(report(State.INTERRUPTED, reason));
        }

        /** Asks consumers again: a plan may be old, and a consumer new. */
        private void requireRead(List<HistoryFile> batch) {
            HistoryFile newest = batch.get(batch.size() - 1);
            rules.consumers().forEach(consumer -> {
                long position = consumer.position(newest.lane());
                if (position <= newest.lastPosition()) {
                    throw new IllegalArgumentException(
                            "consumer has not read what was planned to go; nothing was removed:" + " name="
                                    + consumer.name() + ", position=" + position + ", file=" + newest);
                }
            });
        }

        CompactionReport report(State state, String why) {
            return new CompactionReport(
                    number,
                    state,
                    startMs,
                    clock.epochMs(),
                    filesRemoved,
                    bytesBefore,
                    bytesAfter,
                    eventsRemoved,
                    eventsCarried,
                    bytesRead,
                    why);
        }
    }

    /** Splits files into runs of adjacent ones, none longer than it should be. */
    private static List<List<HistoryFile>> batches(List<HistoryFile> files) {
        List<List<HistoryFile>> batches = new ArrayList<>();
        List<HistoryFile> batch = new ArrayList<>();
        long bytes = 0;
        for (HistoryFile file : files) {
            boolean joins = !batch.isEmpty()
                    && batch.get(batch.size() - 1).lastSegment() + 1 == file.firstSegment()
                    && bytes < BATCH_BYTES_MAX;
            if (!joins && !batch.isEmpty()) {
                batches.add(batch);
                batch = new ArrayList<>();
                bytes = 0;
            }
            batch.add(file);
            bytes += file.bytes();
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
