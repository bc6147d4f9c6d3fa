package io.stele.journal;

import io.stele.journal.Finding.Kind;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.PersistenceId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Replays one actor's records in order: along the positions that an index knows, as far as they go, and along the chain that
 * leads backward from its last record for what is left.
 *
 * <pre>
 *   [ 1 2 3 ] [ 4 ] … [ 64 ]        [ 65 ] [ 66 67 ] [ note 67 ]
 *   |----- by the index ----| floor |&lt;------- by the chain -----| lastPosition
 *
 *   the chain, newest first:   |------ stretch 0 -----|-- stretch 1 --| …
 * </pre>
 *
 * <p>Every record names the one before it, so an index that misses some is found out, and the chain is followed from the last one
 * that was right. The chain is walked once down to the first record that is wanted, keeping only where each stretch of 4,096
 * records begins; then stretch after stretch, the oldest first, is collected and delivered forward. Memory stays small however
 * long the history, and a record is read once by the index and three times by the chain.
 *
 * <p>Every step is checked: whose record it is, and that its numbers join those of its neighbour.
 *
 * <p>Confined to one thread. Used again and again; allocates nothing per record.
 */
final class ActorReplay implements AutoCloseable {
    private static final int STRETCH = 4096;
    private static final long ANY = -1;

    private final RecordFetcher records;
    private final @Nullable PositionIndex index;
    private final PositionIndex.Positions known = new PositionIndex.Positions(STRETCH);
    private final long[] kept = new long[STRETCH];
    private long[] heads = new long[16];
    private int keptCount;

    private byte[] id = {};
    private long from;
    private long to;
    private long floor;
    private boolean ended;
    private long expectedLast;
    private long expectedNext;

    /** Replays along the chain alone. */
    ActorReplay(RecordFetcher records) {
        this(records, null);
    }

    ActorReplay(RecordFetcher records, @Nullable PositionIndex index) {
        this.records = records;
        this.index = index;
    }

    /** As {@link #replay(byte[], long, long, long, long, EventReader)}, without an index. */
    long replay(PersistenceId persistenceId, long lastPosition, long from, long to, EventReader reader) {
        return replay(persistenceId.encodedBytes(), lastPosition, 0, from, to, reader);
    }

    /**
     * Replays one actor.
     *
     * @param encodedId the actor's {@link PersistenceId#encodedBytes() stored} id
     * @param lastPosition of the actor's last record; 0 if it has none
     * @param indexedPosition up to where the index may be believed
     * @param from the first number wanted, at least 1; notes at {@code from} − 1 come too
     * @param to the last number wanted
     * @return how many events were delivered
     * @throws CorruptJournalException if a record cannot be trusted or does not join its neighbour, or if the chain ends
     *     before {@code from}; without an index the whole chain is walked before anything is delivered
     */
    long replay(byte[] encodedId, long lastPosition, long indexedPosition, long from, long to, EventReader reader) {
        this.id = encodedId;
        this.from = from;
        this.to = to;
        floor = 0;
        ended = false;
        expectedNext = ANY;
        PositionIndex positions = index;
        long delivered =
                positions == null || indexedPosition == 0 ? 0 : replayIndexed(positions, indexedPosition, reader);
        return ended ? delivered : delivered + replayChain(lastPosition, reader);
    }

    /** Moves {@link #floor} to the last record that the index led to. */
    private long replayIndexed(PositionIndex positions, long indexedPosition, EventReader reader) {
        long delivered = 0;
        boolean more = true;
        known.start(from - 1);
        while (more) {
            more = positions.next(id, to, known);
            for (int i = 0; i < known.count(); i++) {
                long position = known.position(i);
                if (floor == 0 && records.isRemoved(position)) {
                    continue;
                }
                RecordView record = position <= indexedPosition ? fetchIndexed(position) : null;
                ended = record != null && record.firstSequenceNumber() > to;
                if (record == null || ended) {
                    return delivered;
                }
                delivered += deliver(record, reader);
                floor = position;
            }
        }
        return delivered;
    }

    /** Returns the record there if it is the next one; null if the index is wrong, which the chain will show. */
    private @Nullable RecordView fetchIndexed(long position) {
        RecordView record;
        try {
            record = fetch(position);
        } catch (CorruptJournalException e) {
            return null;
        }
        boolean isNext = floor == 0
                ? (record.isEvents() && record.firstSequenceNumber() < from) || isFirst(record)
                : record.previousPosition() == floor;
        return isNext ? record : null;
    }

    private boolean isFirst(RecordView record) {
        return record.previousPosition() == 0 && firstNumber(record) <= from;
    }

    private long replayChain(long lastPosition, EventReader reader) {
        expectedLast = ANY;
        int stretches = 0;
        for (long position = lastPosition; position > floor; position = collect(position)) {
            if (stretches == heads.length) {
                heads = Arrays.copyOf(heads, 2 * stretches);
            }
            heads[stretches++] = position;
        }
        long delivered = 0;
        for (int stretch = stretches - 1; stretch >= 0; stretch--) {
            if (stretch < stretches - 1) {
                expectedLast = ANY;
                collect(heads[stretch]);
            }
            for (int i = STRETCH - keptCount; i < STRETCH; i++) {
                delivered += deliver(fetch(kept[i]), reader);
            }
        }
        return delivered;
    }

    /** Fills {@link #kept} from its end with one stretch, and returns where the next one begins; 0 if no more is wanted. */
    private long collect(long head) {
        keptCount = 0;
        long position = head;
        while (position > floor && keptCount < STRETCH) {
            if (expectedLast == from - 1 && !records.isPresent(position)) {
                return 0;
            }
            RecordView record = find(position);
            if (record == null) {
                requireReached();
                return 0;
            }
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

    /** Requires that what a compaction has removed is not wanted. */
    private void requireReached() {
        if (expectedLast == ANY || expectedLast >= from) {
            throw new HistoryCompactedException(
                    PersistenceId.parse(new String(id, StandardCharsets.UTF_8)), from, expectedLast + 1);
        }
    }

    private void requireJoin(RecordView record) {
        if (expectedLast != ANY && record.lastSequenceNumber() != expectedLast) {
            throw broken(
                    Kind.BROKEN_ACTOR_CHAIN,
                    record,
                    "an actor's record does not join the one after it: sequenceNumberExpected=" + expectedLast);
        }
    }

    private long deliver(RecordView record, EventReader reader) {
        long first = firstNumber(record);
        if (expectedNext != ANY && first != expectedNext) {
            throw broken(
                    first < expectedNext ? Kind.DUPLICATE_SEQUENCE : Kind.SEQUENCE_GAP,
                    record,
                    "an actor's record does not join the one before it: sequenceNumberExpected=" + expectedNext);
        }
        expectedNext = record.isNote() ? first : record.lastSequenceNumber() + 1;
        if (record.isNote()) {
            if (first >= from && first - 1 <= to) {
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

    /** Returns the number of the record's first event; for a note, of the event that comes next. */
    private static long firstNumber(RecordView record) {
        return record.isNote() ? record.firstSequenceNumber() + 1 : record.firstSequenceNumber();
    }

    private RecordView fetch(long position) {
        return checked(records.fetch(position), position);
    }

    private @Nullable RecordView find(long position) {
        RecordView record = records.find(position);
        return record == null ? null : checked(record, position);
    }

    private RecordView checked(RecordView record, long position) {
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

    /** Closes the files. They are opened again when they are needed. */
    @Override
    public void close() {
        records.close();
    }
}
