package io.stele.runtime;

import io.stele.spi.Durability;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import org.jspecify.annotations.Nullable;

/**
 * What one actor has to tell the world, held back until everything that its state includes is durable.
 *
 * <p>Confined to its actor.
 */
final class Outbox {
    private static final int CAPACITY = 1 << 14;
    /** The most that one command may park: its reply and its side effects. */
    private static final int RESERVE = 256;

    private final EventJournal journal;
    private final EventStream stream;
    private final ReplyGate gate = new ReplyGate(CAPACITY);
    private boolean syncWanted;

    Outbox(EventJournal journal, EventStream stream) {
        this.journal = journal;
        this.stream = stream;
    }

    /** Delivers at once where that is enough, else once the last event is durable. */
    void park(Recipient recipient, @Nullable Object message, Durability tier) {
        boolean durable = gate.isEmpty() && stream.lastPosition() <= journal.durablePosition(stream.lane());
        if (durable || tier == Durability.PROCESS_CRASH) {
            recipient.deliver(message);
            return;
        }
        gate.park(stream.lastPosition(), recipient, message);
        syncWanted = true;
    }

    /**
     * Hands out everything that has become durable.
     *
     * @return why the rest never will; null as long as it may
     */
    @Nullable JournalException release() {
        if (gate.isEmpty()) {
            return null;
        }
        gate.release(journal.durablePosition(stream.lane()));
        return gate.isEmpty() ? null : journal.failure(stream.lane());
    }

    void failAll(ActorException cause) {
        gate.failAll(cause);
    }

    /** Asks the journal to hurry, if somebody has begun to wait since the last time. */
    void endTurn() {
        if (syncWanted) {
            syncWanted = false;
            journal.requestSync(stream.lane());
        }
    }

    boolean isEmpty() {
        return gate.isEmpty();
    }

    /** Returns whether another command may be handled. */
    boolean hasRoom() {
        return gate.hasRoom(RESERVE);
    }

    /** Returns whether {@link #release} has something to do. */
    boolean hasWork() {
        return !gate.isEmpty()
                && (gate.headPosition() <= journal.durablePosition(stream.lane())
                        || journal.failure(stream.lane()) != null);
    }
}
