package io.stele.journal;

/**
 * How one record is laid out. A record is the whole content of one Chronicle document; everything is little-endian.
 *
 * <pre>
 *  offset  bytes
 *     0      1    format version, 1
 *     1      1    kind: see below
 *     2      2    flags, 0
 *     4      4    length of the record, this header and the trailer included; a multiple of 4
 *     8      8    epoch of the writer, from 1
 *    16      8    sequence number of the first event; of the last event before it for a note; 0 for control records
 *    24      8    position of this actor's previous record in this lane; 0 if it is the first. 0 for control records
 *    32      8    timestamp, milliseconds since 1970 by the writer's clock
 *    40      2    length of the persistence id; 0 for control records
 *    42      2    event count, 0 to 65,535; 0 for notes and control records
 *    44      4    length of the metadata
 *    48           persistence id, UTF-8, as PersistenceId.encoded() writes it
 *                 metadata, see RecordMetadata; for control records their body
 *                 events, one after the other:
 *                    2  length of the type name
 *                    2  schema version
 *                    4  length of the payload
 *                       type name, UTF-8
 *                       payload
 *                 0 to 3 bytes of zero, so that the length is a multiple of 4
 *  end-8     4    CRC-32C of the lane's record before this one (0 for the very first): the chain
 *  end-4     4    CRC-32C of the record from offset 0 to end-4
 * </pre>
 *
 * <p>Every record can be read alone: it names its actor and its types in full, so that a reader needs no dictionary and can go
 * on behind damage. The chain shows what checksums alone cannot: a record that is missing, stands twice, or stands in another
 * record's place.
 *
 * <p>A position is {@code segment << 32 | offset of the document's header in the segment file}. Segments count from 1, so that
 * a position is above 0.
 */
final class RecordLayout {
    static final byte VERSION = 1;

    /** Events of one actor, or a note if the event count is 0. */
    static final byte KIND_EVENTS = 1;
    /** First record of every segment: which journal, lane and segment this is, and where the one before it ended. */
    static final byte KIND_SEGMENT = 2;
    /** First record of every opening: who writes from here on, under which epoch. */
    static final byte KIND_EPOCH = 3;
    /** Last record of a segment that was sealed in good order. */
    static final byte KIND_SEAL = 4;
    /** Kept free for a journal that is replicated: see ARCHITECTURE.md, seams. */
    static final byte KIND_FENCE = 5;

    static final byte KIND_DISCARD = 6;
    /** What a compaction relies on, and how far it came: see ControlRecords. */
    static final byte KIND_WATERMARK = 7;

    static final int VERSION_AT = 0;
    static final int KIND_AT = 1;
    static final int FLAGS_AT = 2;
    static final int LENGTH_AT = 4;
    static final int EPOCH_AT = 8;
    static final int SEQUENCE_NUMBER_AT = 16;
    static final int PREVIOUS_POSITION_AT = 24;
    static final int TIMESTAMP_AT = 32;
    static final int ID_LENGTH_AT = 40;
    static final int EVENT_COUNT_AT = 42;
    static final int METADATA_LENGTH_AT = 44;
    static final int HEADER_BYTES = 48;

    static final int EVENT_TYPE_LENGTH_AT = 0;
    static final int EVENT_VERSION_AT = 2;
    static final int EVENT_PAYLOAD_LENGTH_AT = 4;
    static final int EVENT_HEADER_BYTES = 8;

    static final int TRAILER_BYTES = 8;
    static final int RECORD_BYTES_MIN = HEADER_BYTES + TRAILER_BYTES;

    private RecordLayout() {}

    static long position(long segment, long offsetBytes) {
        return segment << 32 | offsetBytes;
    }

    static long segmentOf(long position) {
        return position >>> 32;
    }

    static long offsetOf(long position) {
        return position & 0xffff_ffffL;
    }
}
