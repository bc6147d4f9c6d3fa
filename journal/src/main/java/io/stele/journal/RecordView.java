package io.stele.journal;

import static io.stele.journal.RecordLayout.EPOCH_AT;
import static io.stele.journal.RecordLayout.EVENT_COUNT_AT;
import static io.stele.journal.RecordLayout.EVENT_HEADER_BYTES;
import static io.stele.journal.RecordLayout.EVENT_PAYLOAD_LENGTH_AT;
import static io.stele.journal.RecordLayout.EVENT_TYPE_LENGTH_AT;
import static io.stele.journal.RecordLayout.EVENT_VERSION_AT;
import static io.stele.journal.RecordLayout.FLAGS_AT;
import static io.stele.journal.RecordLayout.HEADER_BYTES;
import static io.stele.journal.RecordLayout.ID_LENGTH_AT;
import static io.stele.journal.RecordLayout.KIND_AT;
import static io.stele.journal.RecordLayout.KIND_EVENTS;
import static io.stele.journal.RecordLayout.KIND_WATERMARK;
import static io.stele.journal.RecordLayout.LENGTH_AT;
import static io.stele.journal.RecordLayout.METADATA_LENGTH_AT;
import static io.stele.journal.RecordLayout.PREVIOUS_POSITION_AT;
import static io.stele.journal.RecordLayout.RECORD_BYTES_MIN;
import static io.stele.journal.RecordLayout.SEQUENCE_NUMBER_AT;
import static io.stele.journal.RecordLayout.TIMESTAMP_AT;
import static io.stele.journal.RecordLayout.TRAILER_BYTES;
import static io.stele.journal.RecordLayout.VERSION;
import static io.stele.journal.RecordLayout.VERSION_AT;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One record of the journal, looked at where it lies in a buffer. Reused: {@link #read} moves it to the next record, {@link
 * #nextEvent} to the next event of the record, and neither allocates once the names have been seen.
 *
 * <p>{@link #read} believes nothing: every length is compared with what surrounds it before it is used, and the checksum is
 * compared before any field is. What it accepts can be walked without further checks.
 *
 * <p>Confined to one thread.
 */
final class RecordView implements StoredEvent {

    private static final int ID_SLOT_BITS = 14;
    private static final int TYPE_SLOT_BITS = 8;

    private final InternTable<PersistenceId> ids = new InternTable<>(ID_SLOT_BITS, RecordView::parseId);
    private final InternTable<StoredType> types = new InternTable<>(TYPE_SLOT_BITS, RecordView::parseType);
    private final CRC32C crc32c = new CRC32C();

    private RecordBytes bytes = RecordBytes.EMPTY;

    private long position;
    private int at;
    private int lengthBytes;
    private int chainCrc;
    private int crc;
    private int kind;
    private long epoch;
    private long firstSequenceNumber;
    private long previousPosition;
    private int idLength;
    private int metadataLength;
    private int eventCount;

    private int eventIndex = -1;
    private long eventHead;
    private int eventAt;
    private int nextEventAt;

    /**
     * Moves to the record that begins at index {@code at} and checks all of it. O(bytes).
     *
     * @param source read, not copied, so it must stay as it is while this view is in use
     * @param documentBytes how long the record must be: all of these bytes must be there
     * @param recordPosition what {@link #position()} shall return
     * @return null if the record can be trusted; else what is wrong, and the view must not be used
     */
    @Nullable String read(RecordBytes source, int at, int documentBytes, long recordPosition) {
        return read(source, at, documentBytes, recordPosition, false);
    }

    /**
     * As {@link #read(RecordBytes, int, int, long)}.
     *
     * @param isChecked whether somebody has compared the checksum of just these bytes
     */
    @Nullable String read(RecordBytes source, int at, int documentBytes, long recordPosition, boolean isChecked) {
        if (bytes != source) {
            bytes = source; // a reference that is written per record costs a barrier of the collector each time
        }
        this.at = at;
        this.position = recordPosition;
        this.eventIndex = -1;
        if (documentBytes < RECORD_BYTES_MIN || (documentBytes & 3) != 0) {
            return "a record cannot have this length: lengthBytes=" + documentBytes;
        }
        this.lengthBytes = documentBytes;
        long trailer = source.getLong(at + documentBytes - TRAILER_BYTES);
        chainCrc = (int) trailer;
        crc = (int) (trailer >>> Integer.SIZE);
        return isChecked || isRight(source) ? checkHeader(source) : wrongChecksum();
    }

    private boolean isRight(RecordBytes source) {
        crc32c.reset();
        crc32c.update(source.array, at, lengthBytes - Integer.BYTES);
        return (int) crc32c.getValue() == crc;
    }

    private String wrongChecksum() {
        return String.format(
                "checksum does not match: crcStored=0x%08x, crcComputed=0x%08x", crc, (int) crc32c.getValue());
    }

    private @Nullable String checkHeader(RecordBytes source) {
        long head = source.getLong(at + VERSION_AT);
        kind = (byte) field(head, KIND_AT);
        int flags = field(head, FLAGS_AT) & 0xffff;
        if ((byte) head != VERSION || kind < KIND_EVENTS || kind > KIND_WATERMARK || flags != 0) {
            return foreign(head, flags);
        }
        if (field(head, LENGTH_AT) != lengthBytes) {
            return "record and document differ in length: lengthBytes=" + field(head, LENGTH_AT) + ", documentBytes="
                    + lengthBytes;
        }
        long counts = source.getLong(at + ID_LENGTH_AT);
        idLength = (int) counts & 0xffff;
        eventCount = field(counts, EVENT_COUNT_AT - ID_LENGTH_AT) & 0xffff;
        metadataLength = field(counts, METADATA_LENGTH_AT - ID_LENGTH_AT);
        int room = lengthBytes - RECORD_BYTES_MIN;
        if (metadataLength < 0 || idLength > room || metadataLength > room - idLength) {
            return shorterThanParts();
        }
        epoch = source.getLong(at + EPOCH_AT);
        firstSequenceNumber = source.getLong(at + SEQUENCE_NUMBER_AT);
        previousPosition = source.getLong(at + PREVIOUS_POSITION_AT);
        if (epoch < 1 || previousPosition < 0 || !isNumbered()) {
            return outOfRange();
        }
        return checkBody(source);
    }

    private String foreign(long head, int flags) {
        return (byte) head == VERSION
                ? "record is of a kind that is not known here: kind=" + kind + ", flags=" + flags
                : "record has another format: version=" + (head & 0xff) + ", versionKnown=" + VERSION;
    }

    private String shorterThanParts() {
        return "record is shorter than its parts: idBytes=" + idLength + ", metadataBytes=" + metadataLength
                + ", lengthBytes=" + lengthBytes;
    }

    private String outOfRange() {
        return "record has a number out of range: epoch=" + epoch + ", previousPosition=" + previousPosition
                + ", sequenceNumber=" + firstSequenceNumber + ", eventCount=" + eventCount;
    }

    private boolean isNumbered() {
        if (kind != KIND_EVENTS) {
            return firstSequenceNumber == 0 && idLength == 0 && eventCount == 0;
        }
        return idLength > 0
                && firstSequenceNumber >= (eventCount == 0 ? 0 : 1)
                && firstSequenceNumber <= Long.MAX_VALUE - eventCount;
    }

    private @Nullable String checkBody(RecordBytes source) {
        int end = at + lengthBytes - TRAILER_BYTES;
        int next = at + HEADER_BYTES + idLength + metadataLength;
        nextEventAt = next;
        for (int i = 0; i < eventCount; i++) {
            int room = end - next - EVENT_HEADER_BYTES;
            long head = room < 0 ? 0 : source.getLong(next);
            int typeLength = typeLength(head);
            int payloadLength = payloadLength(head);
            if (typeLength < 1
                    || typeLength > StoredType.NAME_BYTES_MAX
                    || typeVersion(head) == 0
                    || typeLength > room
                    || payloadLength < 0
                    || payloadLength > room - typeLength) {
                return badEvent(i, room, head);
            }
            next += EVENT_HEADER_BYTES + typeLength + payloadLength;
        }
        int padding = end - next;
        if (padding > 3) {
            return "record has bytes that belong to nothing: count=" + padding;
        }
        if (padding > 0 && source.getInt(end - Integer.BYTES) >>> (Integer.SIZE - Byte.SIZE * padding) != 0) {
            return "record is not padded with zeros";
        }
        return null;
    }

    private String badEvent(int batchIndex, int room, long head) {
        String where = ": batchIndex=" + batchIndex + ", batchCount=" + eventCount;
        return room < 0
                ? "record ends inside an event" + where
                : "event has a length out of range" + where + ", typeBytes=" + typeLength(head) + ", payloadBytes="
                        + payloadLength(head);
    }

    /**
     * Moves to the next event of the record, the first one after {@link #read}. O(1).
     *
     * @return false if there is none
     */
    boolean nextEvent() {
        if (eventIndex + 1 >= eventCount) {
            return false;
        }
        eventIndex++;
        eventHead = bytes.getLong(nextEventAt);
        eventAt = nextEventAt + EVENT_HEADER_BYTES;
        nextEventAt = eventAt + typeLength(eventHead) + payloadLength(eventHead);
        return true;
    }

    /** Returns the field that begins {@code atByte} bytes into a word of eight; several fields are read at once that way. */
    private static int field(long word, int atByte) {
        return (int) (word >>> (Byte.SIZE * atByte));
    }

    private static int typeLength(long eventHead) {
        return field(eventHead, EVENT_TYPE_LENGTH_AT) & 0xffff;
    }

    private static int typeVersion(long eventHead) {
        return field(eventHead, EVENT_VERSION_AT) & 0xffff;
    }

    private static int payloadLength(long eventHead) {
        return field(eventHead, EVENT_PAYLOAD_LENGTH_AT);
    }

    /** Goes back to before the first event. */
    void rewind() {
        eventIndex = -1;
        nextEventAt = at + HEADER_BYTES + idLength + metadataLength;
    }

    /** Returns what kind of record this is: one of the {@code KIND_} constants of {@link RecordLayout}. */
    int kind() {
        return kind;
    }

    boolean isEvents() {
        return kind == KIND_EVENTS && eventCount > 0;
    }

    boolean isNote() {
        return kind == KIND_EVENTS && eventCount == 0;
    }

    /** Returns the number of the record's first event; for a note, of the last event before it. */
    long firstSequenceNumber() {
        return firstSequenceNumber;
    }

    /** Returns the number of the record's last event; for a note, of the last event before it. */
    long lastSequenceNumber() {
        return firstSequenceNumber + Math.max(0, eventCount - 1);
    }

    /** Returns the position of this actor's record before this one; 0 if it is the first. */
    long previousPosition() {
        return previousPosition;
    }

    /** Returns the checksum of the lane's record before this one, as this record has it. */
    int chainCrc() {
        return chainCrc;
    }

    /** Returns this record's own checksum. */
    int crc() {
        return crc;
    }

    /** Returns the length of the whole record. */
    int lengthBytes() {
        return lengthBytes;
    }

    /** Copies the whole record, as it stands, to where {@code target} is. */
    void copyTo(ByteBuffer target) {
        target.put(bytes.array, at, lengthBytes);
    }

    /** Returns the length of the current event's payload. */
    int payloadBytes() {
        return payloadLength(eventHead);
    }

    /** Returns whether this record belongs to the actor with this {@link PersistenceId#encodedBytes() stored} id. */
    boolean isOf(byte[] encodedId) {
        if (encodedId.length != idLength) {
            return false;
        }
        int from = at + HEADER_BYTES;
        return Arrays.equals(bytes.array, from, from + idLength, encodedId, 0, idLength);
    }

    /** Returns the body of a control record: little-endian, read-only, valid until the next {@link #read}. */
    ByteBuffer body() {
        return metadata();
    }

    /**
     * Returns whose record it is.
     *
     * @throws CorruptJournalException if the stored id is not one that could have been written
     */
    @Override
    public PersistenceId persistenceId() {
        if (idLength == 0) {
            throw new IllegalStateException("a control record has no persistence id: kind=" + kind());
        }
        try {
            return ids.get(bytes.array, at + HEADER_BYTES, idLength, 0);
        } catch (IllegalArgumentException e) {
            throw new CorruptJournalException(
                    "record names no actor: segment=" + RecordLayout.segmentOf(position) + ", offsetBytes="
                            + RecordLayout.offsetOf(position) + ", " + e.getMessage(),
                    e);
        }
    }

    @Override
    public long sequenceNumber() {
        return firstSequenceNumber + Math.max(0, eventIndex);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long timestampMs() {
        return bytes.getLong(at + TIMESTAMP_AT);
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public int batchIndex() {
        return Math.max(0, eventIndex);
    }

    @Override
    public int batchCount() {
        return eventCount;
    }

    @Override
    public StoredType type() {
        requireEvent();
        try {
            return types.get(bytes.array, eventAt, typeLength(eventHead), typeVersion(eventHead));
        } catch (IllegalArgumentException e) {
            throw new CorruptJournalException(
                    "event names no type: segment=" + RecordLayout.segmentOf(position) + ", offsetBytes="
                            + RecordLayout.offsetOf(position) + ", " + e.getMessage(),
                    e);
        }
    }

    @Override
    public ByteBuffer payload() {
        requireEvent();
        int from = eventAt + typeLength(eventHead);
        return bytes.payload.limit(nextEventAt).position(from);
    }

    @Override
    public ByteBuffer metadata() {
        int from = at + HEADER_BYTES + idLength;
        return bytes.metadata.limit(from + metadataLength).position(from);
    }

    private void requireEvent() {
        if (eventIndex < 0) {
            throw new IllegalStateException("no event here: batchCount=" + eventCount);
        }
    }

    /**
     * Guesses whose record this was from bytes that failed the check: worth reporting, not worth relying on.
     *
     * @return null if they do not even look like an id
     */
    static @Nullable PersistenceId guessId(RecordBytes source, int at, int bytes) {
        int length = bytes < HEADER_BYTES ? 0 : source.getInt(at + ID_LENGTH_AT) & 0xffff;
        if (length == 0 || length > PersistenceId.LENGTH_BYTES_MAX || length > bytes - HEADER_BYTES) {
            return null;
        }
        int from = at + HEADER_BYTES;
        try {
            return parseId(Arrays.copyOfRange(source.array, from, from + length), 0);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static PersistenceId parseId(byte[] bytes, int tag) {
        return PersistenceId.parse(decode(bytes));
    }

    private static StoredType parseType(byte[] bytes, int version) {
        return new StoredType(decode(bytes), version);
    }

    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("name is not UTF-8: lengthBytes=" + bytes.length, e);
        }
    }
}
