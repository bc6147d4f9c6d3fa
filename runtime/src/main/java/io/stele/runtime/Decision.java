package io.stele.runtime;

import io.stele.recovery.SkipNote;
import io.stele.spi.Clock;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A decision about an actor that is not in memory, on its way into the actor's history.
 *
 * @param system whose actor it is
 */
record Decision(ActorSystem system, PersistenceId persistenceId, SkipNote note) {

    /**
     * Appends it, and waits until it survives a power cut.
     *
     * @throws JournalException if that fails or takes longer than the system may take to close
     */
    void append() {
        Clock clock = system.clock();
        long deadlineNs = clock.nanoTime() + system.closeTimeoutNs();
        long[] position = {0};
        while (!system.entities().runWhileAbsent(persistenceId, () -> position[0] = appendNow())
                && clock.nanoTime() - deadlineNs < 0) {
            pause(); // an actor that went into quarantine just now still waits for its last replies
        }
        EventJournal journal = system.journal();
        int lane = journal.lane(persistenceId);
        while (position[0] == 0 || journal.durablePosition(lane) < position[0]) {
            JournalException failure = journal.failure(lane);
            if (failure != null || clock.nanoTime() - deadlineNs >= 0) {
                throw new JournalException(
                        "decision is not known to be durable, the actor stays in quarantine: persistenceId="
                                + persistenceId + ", sequenceNumber=" + note.sequenceNumber(),
                        failure);
            }
            journal.requestSync(lane);
            pause();
        }
    }

    private long appendNow() {
        EventJournal journal = system.journal();
        EventBatch batch = journal.newBatch();
        batch.begin(system.clock().epochMs());
        batch.metadata(note.toMetadata());
        try (EventStream stream = journal.open(persistenceId)) {
            return journal.append(stream, stream.lastSequenceNumber(), batch);
        }
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
}
