package io.stele.runtime;

import io.stele.recovery.DurableTimer;
import io.stele.recovery.TimerNote;
import io.stele.spi.CompactableJournal;
import io.stele.spi.EventJournal;
import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.SteleException;
import io.stele.spi.StoredEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for timers that were started behind what the index knows, lane after lane, up to where each lane ended when the system
 * opened: what comes later is said by the actors themselves.
 *
 * <p>A lane of which the index knows nothing is read from its start. If it was compacted, timers may be in snapshots alone; then the
 * newest snapshot of every actor in it is looked at.
 *
 * <p>One thread at a time scans; any thread may ask for positions.
 */
final class TimerScan {
    private static final Logger LOG = LoggerFactory.getLogger(TimerScan.class);
    private static final long EVENTS_PER_STEP = 10_000;

    private final EventJournal journal;
    private final SnapshotStore snapshots;
    private final ObjLongConsumer<PersistenceId> found;
    private final AtomicLongArray positions;
    private final long[] ends;
    private Set<PersistenceId> inSnapshots = new HashSet<>();
    private boolean looksIntoSnapshots;
    private int lane;

    TimerScan(EventJournal journal, SnapshotStore snapshots, ObjLongConsumer<PersistenceId> found) {
        this.journal = journal;
        this.snapshots = snapshots;
        this.found = found;
        positions = new AtomicLongArray(journal.laneCount());
        ends = new long[journal.laneCount()];
    }

    /** Sets where each lane is to be read from. Once. */
    void begin(long[] from) {
        for (int i = 0; i < ends.length; i++) {
            ends[i] = journal.durablePosition(i);
            setPosition(i, from[i]);
        }
        enter(0);
    }

    private void enter(int next) {
        lane = next;
        inSnapshots = new HashSet<>();
        looksIntoSnapshots = lane < ends.length
                && positions.get(lane) == 0
                && journal instanceof CompactableJournal compactable
                && compactable.watermark(lane) != null;
    }

    /** Where a lane is known up to; the largest number once that is its end. */
    long position(int laneAsked) {
        return positions.get(laneAsked);
    }

    private void setPosition(int laneRead, long position) {
        positions.set(laneRead, position >= ends[laneRead] ? Long.MAX_VALUE : position);
    }

    /** Reads on, some; false if all lanes have been read. */
    boolean some() {
        if (lane >= ends.length) {
            return false;
        }
        long position = positions.get(lane);
        if (position == Long.MAX_VALUE) {
            enter(lane + 1);
            return true;
        }
        try {
            long reached = journal.read(lane, position, EVENTS_PER_STEP, new Reader());
            setPosition(lane, reached == position ? Long.MAX_VALUE : reached);
        } catch (SteleException e) {
            LOG.warn(
                    "timers of actors that stay untouched may come late, the lane cannot be read: lane={}, position={}, reason={}",
                    lane,
                    position,
                    e.getMessage());
            enter(lane + 1);
        }
        return true;
    }

    private void look(PersistenceId persistenceId, StoredEvent record) {
        if (looksIntoSnapshots && inSnapshots.add(persistenceId)) {
            lookIntoSnapshot(persistenceId);
        }
        if (record.metadata().hasRemaining()) {
            Map<String, DurableTimer> timers = new HashMap<>();
            TimerNote.apply(persistenceId, record.metadata(), timers);
            report(persistenceId, timers);
        }
    }

    private void lookIntoSnapshot(PersistenceId persistenceId) {
        Snapshot snapshot = snapshots.load(persistenceId, Long.MAX_VALUE).orElse(null);
        if (snapshot != null) {
            Map<String, DurableTimer> timers = new HashMap<>();
            TimerNote.applyAll(persistenceId, DeduplicationWindow.behind(snapshot.attachment()), timers);
            report(persistenceId, timers);
        }
    }

    private void report(PersistenceId persistenceId, Map<String, DurableTimer> timers) {
        for (DurableTimer timer : timers.values()) {
            found.accept(persistenceId, timer.dueMs());
        }
    }

    private final class Reader implements EventReader {

        @Override
        public void onEvent(StoredEvent event) {
            if (event.batchIndex() == 0) {
                look(event.persistenceId(), event);
            }
        }

        @Override
        public void onNote(StoredEvent note) {
            look(note.persistenceId(), note);
        }
    }
}
