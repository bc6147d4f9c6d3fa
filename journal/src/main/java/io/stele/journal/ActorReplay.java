package io.stele.journal;

import io.stele.journal.Finding.Kind;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import java.util.Arrays;

/**
 * Replays one actor's records in order, found through the chain that leads backward from its last record, or at positions that
 * an index knows.
 *
 * <pre>
 *   lastPosition -> [ note 9 ] -> [ 8 9 ] -> [ 7 ] -> … -> [ 1 2 3 ] -> 0      the chain, newest first
 *                   |------ stretch 0 -----|-- stretch 1 --| …
 * </pre>
 *
 * <p>The chain is walked once down to the first record that is wanted, keeping only where each stretch of 4,096 records begins;
 * then stretch after stretch, the oldest first, is collected and delivered forward. Memory stays small however long the history,
 * and a record is read three times.
 *
 * <p>Every step is checked: whose record it is, and that its numbers join those of its neighbour.
 *
 * <p>Confined to one thread.
 */
final class ActorReplay {
    private static final int STRETCH = 4096;
    private static final long ANY = -1;

    private final RecordFetcher records;
    private final long[] kept = new long[STRETCH];
    private long[] heads = new long[16];
    private int keptCount;
    private long from;
    private long to;
    private long expectedLast;

    ActorReplay(RecordFetcher records) {
        this.records = records;
    }

    /**
     * Replays along the chain.
     *
     * @param lastPosition of the actor's last record; 0 if it has none
     * @param from the first number wanted, at least 1; notes at {@code from} − 1 come too
     * @param to the last number wanted
     * @return how many events were delivered
     * @throws CorruptJournalException if a record cannot be trusted or does not join its neighbour, or if the chain ends
     *     before {@code from}; the whole chain is walked before anything is delivered
     */
    long replay(PersistenceId persistenceId, long lastPosition, long from, long to, EventReader reader) {
        range(from, to);
        byte[] id = persistenceId.encodedBytes();
        expectedLast = ANY;
        int stretches = 0;
        for (long position = lastPosition; position != 0; position = collect(id, position)) {
            if (stretches == heads.length) {
                heads = Arrays.copyOf(heads, 2 * stretches);
            }
            heads[stretches++] = position;
        }
        long delivered = 0;
        for (int stretch = stretches - 1; stretch >= 0; stretch--) {
            if (stretch < stretches - 1) {
                expectedLast = ANY;
                collect(id, heads[stretch]);
            }
            delivered += deliver(id, kept, STRETCH - keptCount, STRETCH, reader);
        }
        return delivered;
    }

    /**
     * Replays the records at known positions, which must be all of the actor's records of a range.
     *
     * @param positions ascending
     * @return how many events were delivered
     * @throws CorruptJournalException as {@link #replay}, and if a position is not one of this actor's records; earlier ones
     *     were delivered
     */
    long replayAt(PersistenceId persistenceId, long[] positions, int count, long from, long to, EventReader reader) {
        range(from, to);
        return deliver(persistenceId.encodedBytes(), positions, 0, count, reader);
    }

    private void range(long first, long last) {
        this.from = first;
        this.to = last;
    }

    /** Fills {@link #kept} from its end with one stretch, and returns where the next one begins; 0 if no more is wanted. */
    private long collect(byte[] id, long head) {
        keptCount = 0;
        long position = head;
        while (position != 0 && keptCount < STRETCH) {
            if (expectedLast == from - 1 && !records.isPresent(position)) {
                return 0;
            }
            RecordView record = fetch(id, position);
            requireJoin(record);
            if (record.isEvents() && record.lastSequenceNumber() < from) {
                return 0;
            }
            kept[STRETCH - ++keptCount] = position;
            expectedLast = record.isNote() ? record.firstSequenceNumber() : record.firstSequenceNumber() - 1;
            position = expectedLast < from - 1 ? 0 : record.previousPosition();
            if (record.previousPosition() == 0 && expectedLast >= from) {
                throw broken(Kind.SEQUENCE_GAP, record, "an actor's history begins with a later number");
            }
        }
        return position;
    }

    private void requireJoin(RecordView record) {
        if (expectedLast != ANY && record.lastSequenceNumber() != expectedLast) {
            throw broken(
                    Kind.BROKEN_ACTOR_CHAIN,
                    record,
                    "an actor's record does not join the one after it: sequenceNumberExpected=" + expectedLast);
        }
    }

    private long deliver(byte[] id, long[] positions, int start, int end, EventReader reader) {
        long delivered = 0;
        long next = ANY;
        for (int i = start; i < end; i++) {
            RecordView record = fetch(id, positions[i]);
            long first = record.isNote() ? record.firstSequenceNumber() + 1 : record.firstSequenceNumber();
            if (next != ANY && first != next) {
                throw broken(
                        first < next ? Kind.DUPLICATE_SEQUENCE : Kind.SEQUENCE_GAP,
                        record,
                        "an actor's record does not join the one before it: sequenceNumberExpected=" + next);
            }
            next = record.isNote() ? first : record.lastSequenceNumber() + 1;
            delivered += deliver(record, reader);
        }
        return delivered;
    }

    private long deliver(RecordView record, EventReader reader) {
        if (record.isNote()) {
            long number = record.firstSequenceNumber();
            if (number >= from - 1 && number <= to) {
                reader.onNote(record);
            }
            return 0;
        }
        long delivered = 0;
        while (record.nextEvent()) {
            long number = record.sequenceNumber();
            if (number >= from && number <= to) {
                reader.onEvent(record);
                delivered++;
            }
        }
        return delivered;
    }

    private RecordView fetch(byte[] id, long position) {
        RecordView record = records.fetch(position);
        if (record.kind() != RecordLayout.KIND_EVENTS || !record.isOf(id)) {
            throw broken(Kind.BROKEN_ACTOR_CHAIN, record, "a position leads to a record that is not this actor's");
        }
        if (record.previousPosition() >= position) {
            throw broken(Kind.BROKEN_ACTOR_CHAIN, record, "an actor's record points forward");
        }
        return record;
    }

    private CorruptJournalException broken(Kind kind, RecordView record, String message) {
        return records.finding(kind, record, message).toException();
    }
}
