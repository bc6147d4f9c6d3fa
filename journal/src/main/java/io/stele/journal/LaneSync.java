package io.stele.journal;

import io.stele.spi.DurabilityListener;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Forces one lane, on a thread of its own: one force for all that were appended since the last.
 *
 * <pre>
 *   force segment ──&gt; mark ──&gt; durablePosition ──&gt; listener
 *   at a roll: force the old segment, the new one and the directory that names it first, and the mark too
 * </pre>
 *
 * <p>The first error ends it: what the kernel says about a file after a failed force is not to be believed.
 */
final class LaneSync implements JournalMachine.Worker {
    private static final int SPINS = 2_000;

    private final LaneSetup setup;
    private final LaneWriter writer;
    private final Supplier<@Nullable DurabilityListener> listener;
    private final Thread thread;
    private final LaneWriter.End end = new LaneWriter.End();
    private final long intervalNs;

    private SegmentStorage.@Nullable OpenFile file;
    private long fileSegment;
    private @Nullable DurableMarkFile mark;

    private volatile long durablePosition;
    private volatile long durableRecords;
    private volatile long forceCount;
    /** Everything that was appended before this time is on disk. */
    private volatile long forcedNs;

    private volatile boolean requested;
    private volatile boolean parked = true;
    private volatile boolean stopped;

    LaneSync(LaneSetup setup, LaneWriter writer, LaneTail tail, Supplier<@Nullable DurabilityListener> listener) {
        this.setup = setup;
        this.writer = writer;
        this.listener = listener;
        durablePosition = tail.position();
        forcedNs = setup.clock().nanoTime();
        intervalNs = setup.options().syncInterval().toNanos();
        thread = setup.machine().workers().create(this, "stele-sync-" + setup.lane());
    }

    long durablePosition() {
        return durablePosition;
    }

    long durableRecords() {
        return durableRecords;
    }

    long forceCount() {
        return forceCount;
    }

    /** Returns how far the disk is behind, in nanoseconds: 0 if it has everything. */
    long lagNs() {
        long sinceNs = forcedNs;
        return writer.appendedPosition() == durablePosition
                ? 0
                : Math.max(0, setup.clock().nanoTime() - sinceNs);
    }

    void start() {
        thread.start();
    }

    void request() {
        requested = true;
        if (parked) {
            setup.machine().workers().wake(thread);
        }
    }

    /** Forces what is left and ends the thread. Waits for it. */
    void stop() {
        stopped = true;
        setup.machine().workers().stop(thread);
    }

    @Override
    public void run() {
        boolean ended = false;
        parked = false;
        try {
            boolean last;
            do {
                last = stopped;
                if (!last) {
                    awaitWork();
                }
                force();
            } while (!last && writer.failure() == null);
            ended = true;
        } catch (IOException | RuntimeException e) {
            failed(e);
            ended = true;
        } finally {
            if (!ended) {
                failed(new IllegalStateException("sync thread has died"));
            }
            closeFiles();
        }
        tell(writer.failure());
    }

    @Override
    public void turn() {
        boolean done = false;
        try {
            force();
            done = true;
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
        if (!done) {
            closeFiles();
            tell(writer.failure());
        }
    }

    private void awaitWork() {
        for (int i = 0; i < SPINS; i++) {
            if (requested) {
                return;
            }
            Thread.onSpinWait();
        }
        long deadlineNs = setup.clock().nanoTime() + intervalNs;
        long leftNs = intervalNs;
        parked = true;
        while (!requested && !stopped && leftNs > 0) {
            LockSupport.parkNanos(this, leftNs);
            leftNs = deadlineNs - setup.clock().nanoTime();
        }
        parked = false;
    }

    private void force() throws IOException {
        requested = false;
        long startNs = setup.clock().nanoTime();
        if (writer.appendedPosition() == durablePosition) {
            forcedNs = startNs;
            return;
        }
        if (writer.failure() != null) {
            return;
        }
        ForceEvent event = new ForceEvent();
        event.begin();
        writer.end(end);
        long target = RecordLayout.segmentOf(end.position);
        boolean moved = fileSegment != target;
        if (moved) {
            moveTo(target);
            setup.storage()
                    .forceDirectory(setup.directory()); // a mark may not name a segment that a power cut takes away
        } else {
            current().force(false);
        }
        mark().write(end.position, end.crc);
        if (moved) {
            mark().force();
        }
        long before = durableRecords;
        durableRecords = end.recordCount;
        if (event.shouldCommit()) {
            event.lane = setup.lane();
            event.records = end.recordCount - before;
            event.commit();
        }
        long count = forceCount + 1;
        forceCount = count; // its only writer
        forcedNs = startNs;
        durablePosition = end.position;
        DurabilityListener told = listener.get();
        if (told != null) {
            told.onForced(setup.lane(), end.recordCount - before, setup.clock().nanoTime() - startNs);
            told.onDurable(setup.lane(), end.position);
        }
    }

    /** Forces every segment from the current one to {@code target}, and the directory that names them. */
    private void moveTo(long target) throws IOException {
        long next = fileSegment == 0 ? target : fileSegment + 1;
        if (fileSegment != 0) {
            current().force(true);
        } else {
            next = Math.min(target, RecordLayout.segmentOf(durablePosition) + 1);
        }
        for (; next <= target; next++) {
            if (file != null) {
                file.close();
            }
            file = setup.storage().open(setup.segment(next));
            fileSegment = next;
            file.force(true);
        }
    }

    private SegmentStorage.OpenFile current() {
        SegmentStorage.OpenFile open = file;
        assert open != null : "a segment is open once one was forced";
        return open;
    }

    private DurableMarkFile mark() throws IOException {
        if (mark == null) {
            mark = DurableMarkFile.open(setup);
        }
        return mark;
    }

    private void failed(Exception cause) {
        writer.fail("lane could not be forced to disk, what lies above its durable position may be lost", cause);
    }

    private void tell(@Nullable JournalException failure) {
        DurabilityListener told = listener.get();
        if (told != null && failure != null) {
            told.onFailed(setup.lane(), failure);
        }
    }

    private void closeFiles() {
        try {
            if (file != null) {
                file.close();
            }
            if (mark != null) {
                mark.close();
            }
        } catch (IOException e) {
            writer.fail("files could not be closed", e);
        }
    }
}
