package io.stele.journal;

import io.stele.journal.Finding.Kind;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Replays one actor's records in order: along the positions that an index knows, as far as they go, and along the chain that
 * leads backward from its last record for what is left. Where its records follow directly on each other, it takes them as they come.
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
    private final ReplayCursor cursor;
    private final long[] kept = new long[STRETCH];
    private long[] heads = new long[16];
    private int keptCount;
    private long expectedLast;

    /** Replays along the chain alone. */
    ActorReplay(RecordFetcher records) {
        this(records, null);
    }

    ActorReplay(RecordFetcher records, @Nullable PositionIndex index) {
        this.records = records;
        this.index = index;
        this.cursor = new ReplayCursor(records);
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
        cursor.start(encodedId, from, to, reader);
        PositionIndex positions = index;
        if (positions != null && indexedPosition != 0) {
            replayIndexed(positions, indexedPosition, lastPosition);
        }
        if (!cursor.isEnded()) {
            replayChain(cursor, lastPosition);
        }
        return cursor.delivered();
    }

    private void replayIndexed(PositionIndex positions, long indexedPosition, long lastPosition) {
        boolean more = true;
        known.start(cursor.from() - 1);
        while (more) {
            more = positions.next(cursor.id(), cursor.to(), known);
            for (int i = 0; i < known.count(); i++) {
                long position = known.position(i);
                if (position > indexedPosition) {
                    return;
                }
                if (position <= cursor.floor() || (cursor.floor() == 0 && records.isRemoved(position))) {
                    continue;
                }
                RecordView record = fetchIndexed(i);
                if (record == null || !cursor.takeIndexed(record)) {
                    return;
                }
            }
            if (more && known.isDense()) {
                follow(lastPosition);
                more = !cursor.isEnded();
                known.start(cursor.lastSequenceNumber());
            }
        }
    }

    /** Takes what follows directly on what was taken last, as long as it is this actor's: nobody needs an index for that. */
    private void follow(long lastPosition) {
        RecordView record = records.findBehind(cursor.floor());
        while (record != null && record.position() <= lastPosition && cursor.takeIndexed(record)) {
            record = records.findBehind(cursor.floor());
        }
    }

    /** Returns the record there; null if it cannot be read, which the chain will show. */
    private @Nullable RecordView fetchIndexed(int i) {
        try {
            return records.fetch(known.values(), i, known.count());
        } catch (JournalException e) {
            return null;
        }
    }

    /** Replays along the chain what stands between where the cursor is and the actor's last record. */
    void replayChain(ReplayCursor to, long lastPosition) {
        expectedLast = ANY;
        int stretches = 0;
        for (long position = lastPosition; position > to.floor(); position = collect(to, position)) {
            if (stretches == heads.length) {
                heads = Arrays.copyOf(heads, 2 * stretches);
            }
            heads[stretches++] = position;
        }
        for (int stretch = stretches - 1; stretch >= 0; stretch--) {
            if (stretch < stretches - 1) {
                expectedLast = ANY;
                collect(to, heads[stretch]);
            }
            for (int i = STRETCH - keptCount; i < STRETCH; i++) {
                to.deliver(to.requireOwn(records.fetch(kept, i, STRETCH)));
            }
        }
    }

    /** Fills {@link #kept} from its end with one stretch, and returns where the next one begins; 0 if no more is wanted. */
    private long collect(ReplayCursor wanted, long head) {
        keptCount = 0;
        long position = head;
        while (position > wanted.floor() && keptCount < STRETCH) {
            if (expectedLast == wanted.from() - 1 && !records.isPresent(position)) {
                return 0;
            }
            RecordView record = records.find(position);
            if (record == null) {
                requireReached(wanted);
                return 0;
            }
            requireJoin(wanted, wanted.requireOwn(record));
            if (record.isEvents() && record.lastSequenceNumber() < wanted.from()) {
                return 0;
            }
            kept[STRETCH - ++keptCount] = position;
            expectedLast = record.isNote() ? record.firstSequenceNumber() : record.firstSequenceNumber() - 1;
            position = expectedLast < wanted.from() - 1 ? 0 : record.previousPosition();
            if (record.previousPosition() == 0 && expectedLast >= wanted.from()) {
                throw wanted.broken(Kind.SEQUENCE_GAP, record, "an actor's history begins with a later number");
            }
        }
        return position;
    }

    /** Requires that what a compaction has removed is not wanted. */
    private void requireReached(ReplayCursor wanted) {
        if (expectedLast == ANY || expectedLast >= wanted.from()) {
            throw new HistoryCompactedException(
                    PersistenceId.parse(new String(wanted.id(), StandardCharsets.UTF_8)),
                    wanted.from(),
                    expectedLast + 1);
        }
    }

    private void requireJoin(ReplayCursor wanted, RecordView record) {
        if (expectedLast != ANY && record.lastSequenceNumber() != expectedLast) {
            throw wanted.broken(
                    Kind.BROKEN_ACTOR_CHAIN,
                    record,
                    "an actor's record does not join the one after it: sequenceNumberExpected=" + expectedLast);
        }
    }

    /** Ends what runs in the background, for a replay that may be used again. */
    void pause() {
        records.pause();
    }

    /** Returns what the records are read with. */
    RecordFetcher records() {
        return records;
    }

    /** Closes the files. They are opened again when they are needed. */
    @Override
    public void close() {
        records.close();
    }
}
