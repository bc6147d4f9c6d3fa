package io.stele.testkit;

import io.stele.spi.DurabilityListener;
import io.stele.spi.JournalException;
import io.stele.spi.SequenceConflictException;
import io.stele.testkit.JournalFaults.AppendOutcome;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one opening of the journal does to one lane.
 *
 * <p>Any thread may append; appends take turns on this object's lock. Whoever asks for a force while another thread is at it
 * leaves that to the other thread, so that the listener hears of growing positions from one thread at a time, and never while
 * a lock is held.
 */
final class InMemoryLaneWriter {
    private final int lane;
    private final InMemoryLane records;
    private final JournalFaults faults;
    private final long epoch;
    private final AtomicInteger forceRequests = new AtomicInteger();
    private volatile @Nullable JournalException failure;
    private volatile @Nullable JournalException closure;
    private volatile long durablePosition;
    private boolean dead;

    InMemoryLaneWriter(int lane, InMemoryLane records, JournalFaults faults, long epoch) {
        this.lane = lane;
        this.records = records;
        this.faults = faults;
        this.epoch = epoch;
        durablePosition = records.durablePosition();
    }

    /** Returns why the lane refuses appends: it failed, or was closed; null while it takes them. */
    @Nullable JournalException refusal() {
        JournalException cause = failure;
        return cause != null ? cause : closure;
    }

    long durablePosition() {
        return durablePosition;
    }

    long append(
            InMemoryStream stream, long sequenceNumber, InMemoryBatch batch, @Nullable DurabilityListener listener) {
        JournalException cause;
        synchronized (this) {
            requireWritable();
            requireNext(stream, sequenceNumber, batch);
            AppendOutcome outcome = faults.onAppend(lane);
            InMemoryRecord record = batch.toRecord(stream, sequenceNumber, records.nextPosition(), epoch);
            if (outcome != AppendOutcome.LOST) {
                records.append(record);
            }
            if (outcome == AppendOutcome.WRITTEN) {
                stream.moveTo(record);
                return record.position();
            }
            cause = fail("append failed, its events may be there or not: lane=" + lane + ", persistenceId="
                    + stream.persistenceId().encoded() + ", sequenceNumber=" + sequenceNumber + ", cause=injected");
        }
        if (listener != null) {
            listener.onFailed(lane, cause);
        }
        throw cause;
    }

    /** Forces what was appended and tells the listener; does nothing if the lane has failed or crashed. */
    void force(@Nullable DurabilityListener listener) {
        if (forceRequests.getAndIncrement() != 0) {
            return;
        }
        int served;
        do {
            served = forceRequests.get();
            try {
                forceOnce(listener);
            } catch (RuntimeException e) {
                forceRequests.set(0);
                throw e;
            }
        } while (forceRequests.addAndGet(-served) != 0);
    }

    /** Refuses appends from now on; what was appended can still be forced. */
    synchronized void close() {
        closure = new JournalException("journal is closed: lane=" + lane + ", epoch=" + epoch);
    }

    /** Refuses everything from now on: the process is gone. */
    synchronized void kill() {
        close();
        dead = true;
    }

    /** Forces what was appended before the lane was closed; returns why that failed, null if it did not. */
    @Nullable JournalException forceLast(@Nullable DurabilityListener listener) {
        boolean failedBefore = failure != null;
        force(listener);
        return failedBefore ? null : failure;
    }

    private void forceOnce(@Nullable DurabilityListener listener) {
        long position;
        JournalException cause = null;
        synchronized (this) {
            position = records.lastPosition();
            if (dead || failure != null || position == durablePosition) {
                return;
            }
            if (faults.failsSync()) {
                cause = fail("force failed, nothing above the durable position is acknowledged: lane=" + lane
                        + ", durablePosition=" + durablePosition + ", cause=injected");
            } else {
                records.force();
                durablePosition = position;
            }
        }
        if (listener == null) {
            return;
        }
        if (cause == null) {
            listener.onDurable(lane, position);
        } else {
            listener.onFailed(lane, cause);
        }
    }

    private JournalException fail(String message) {
        JournalException cause = new JournalException(message);
        failure = cause;
        return cause;
    }

    private void requireWritable() {
        JournalException cause = refusal();
        if (cause != null) {
            throw new JournalException(
                    "lane refuses appends until the journal is reopened: lane=" + lane + ", epoch=" + epoch, cause);
        }
    }

    private void requireNext(InMemoryStream stream, long sequenceNumber, InMemoryBatch batch) {
        InMemoryRecord last = records.lastOf(stream.persistenceId());
        long lastSequenceNumber = last == null ? 0 : last.lastSequenceNumber();
        long expected = batch.eventCount() == 0 ? lastSequenceNumber : lastSequenceNumber + 1;
        if (sequenceNumber != expected) {
            throw new SequenceConflictException(stream.persistenceId(), sequenceNumber, expected);
        }
    }
}
