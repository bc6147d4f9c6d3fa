package io.stele.journal;

import io.stele.journal.Finding.Kind;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;

/**
 * How far the replay of one actor has come: checks that each record is the actor's and joins the one before it, and hands its events
 * out.
 *
 * <p>Confined to one thread. Used again and again; allocates nothing per record.
 */
final class ReplayCursor {
    private static final long ANY = -1;
    private static final EventReader NOBODY = event -> {};

    private final RecordFetcher records;
    private byte[] id = {};
    private long from;
    private long to;
    private EventReader reader = NOBODY;
    private long floor;
    private boolean ended;
    private long expectedNext;
    private long delivered;

    ReplayCursor(RecordFetcher records) {
        this.records = records;
    }

    /**
     * Starts before the first record of an actor.
     *
     * @param encodedId the actor's {@link io.stele.spi.PersistenceId#encodedBytes() stored} id
     * @param from the first number wanted, at least 1; notes at {@code from} − 1 come too
     * @param to the last number wanted
     */
    void start(byte[] encodedId, long from, long to, EventReader reader) {
        this.id = encodedId;
        this.from = from;
        this.to = to;
        this.reader = reader;
        floor = 0;
        ended = false;
        expectedNext = ANY;
        delivered = 0;
    }

    byte[] id() {
        return id;
    }

    long from() {
        return from;
    }

    long to() {
        return to;
    }

    /** Returns the last record that an index led to; 0 if there was none. */
    long floor() {
        return floor;
    }

    /** Returns the number of the last event that was taken, delivered or not. */
    long lastSequenceNumber() {
        return expectedNext - 1;
    }

    /** Returns whether all that is wanted has been delivered, although there is more. */
    boolean isEnded() {
        return ended;
    }

    /** Returns how many events were delivered. */
    long delivered() {
        return delivered;
    }

    /**
     * Takes a record that an index led to.
     *
     * @return false if it was not taken: it is behind all that is wanted, see {@link #isEnded}, or it is not the next one of this
     *     actor, so that the index is wrong and the chain has to tell
     */
    boolean takeIndexed(RecordView record) {
        if (!isOwn(record) || record.previousPosition() >= record.position() || !isNext(record)) {
            return false;
        }
        ended = record.firstSequenceNumber() > to;
        if (ended) {
            return false;
        }
        deliver(record);
        floor = record.position();
        return true;
    }

    private boolean isNext(RecordView record) {
        if (floor != 0) {
            return record.previousPosition() == floor;
        }
        return (record.isEvents() && record.firstSequenceNumber() < from)
                || (record.previousPosition() == 0 && firstNumber(record) <= from);
    }

    private boolean isOwn(RecordView record) {
        return record.kind() == RecordLayout.KIND_EVENTS && record.isOf(id);
    }

    /**
     * Returns the record, having checked that it is this actor's.
     *
     * @throws CorruptJournalException if it is not, or points forward
     */
    RecordView requireOwn(RecordView record) {
        if (!isOwn(record)) {
            throw broken(Kind.BROKEN_ACTOR_CHAIN, record, "a position leads to a record that is not this actor's");
        }
        if (record.previousPosition() >= record.position()) {
            throw broken(Kind.BROKEN_ACTOR_CHAIN, record, "an actor's record points forward");
        }
        return record;
    }

    /**
     * Hands out what is wanted of the record.
     *
     * @throws CorruptJournalException if it does not join the one before it
     */
    void deliver(RecordView record) {
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
            return;
        }
        while (record.nextEvent()) {
            long number = record.sequenceNumber();
            if (number >= from && number <= to) {
                reader.onEvent(record);
                delivered++;
            }
        }
    }

    /** Returns the number of the record's first event; for a note, of the event that comes next. */
    private static long firstNumber(RecordView record) {
        return record.isNote() ? record.firstSequenceNumber() + 1 : record.firstSequenceNumber();
    }

    CorruptJournalException broken(Kind kind, RecordView record, String message) {
        return records.finding(kind, record, message).toException();
    }
}
