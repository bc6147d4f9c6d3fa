package io.stele.runtime;

import io.stele.recovery.DurableTimer;
import io.stele.recovery.TimerNote;
import io.stele.spi.EventHistory;
import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the timers of an actor from its history, without decoding an event. Any thread. */
public final class TimerHistory {
    private TimerHistory() {}

    /**
     * Returns the timers that an actor has, the earliest first. Costs a read of the history behind its newest snapshot.
     *
     * @throws io.stele.spi.JournalException if the history cannot be read
     */
    public static List<DurableTimer> read(EventHistory history, SnapshotStore snapshots, PersistenceId persistenceId) {
        Map<String, DurableTimer> timers = new LinkedHashMap<>();
        Snapshot snapshot = snapshots.load(persistenceId, Long.MAX_VALUE).orElse(null);
        if (snapshot != null) {
            ByteBuffer carried = DeduplicationWindow.behind(snapshot.attachment());
            TimerNote.applyAll(persistenceId, carried, timers);
        }
        history.replay(
                persistenceId,
                snapshot == null ? 1 : snapshot.sequenceNumber() + 1,
                Long.MAX_VALUE,
                new Reader(persistenceId, timers));
        List<DurableTimer> sorted = new ArrayList<>(timers.values());
        sorted.sort(Comparator.comparingLong(DurableTimer::dueMs));
        return sorted;
    }

    private record Reader(PersistenceId persistenceId, Map<String, DurableTimer> timers) implements EventReader {

        @Override
        public void onEvent(StoredEvent event) {
            if (event.batchIndex() == 0) {
                TimerNote.apply(persistenceId, event.metadata(), timers);
            }
        }

        @Override
        public void onNote(StoredEvent note) {
            TimerNote.apply(persistenceId, note.metadata(), timers);
        }
    }
}
