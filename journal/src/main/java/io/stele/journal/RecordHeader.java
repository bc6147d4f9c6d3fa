package io.stele.journal;

import java.nio.ByteBuffer;

/** The fixed part of a record on its way out. Reused: confined to whoever fills it. */
final class RecordHeader {
    byte kind;
    long epoch;
    long sequenceNumber;
    long previousPosition;
    long timestampMs;
    int eventCount;
    int metadataBytes;

    void write(ByteBuffer target, int at, int lengthBytes, int idBytes) {
        target.put(at + RecordLayout.VERSION_AT, RecordLayout.VERSION);
        target.put(at + RecordLayout.KIND_AT, kind);
        target.putShort(at + RecordLayout.FLAGS_AT, (short) 0);
        target.putInt(at + RecordLayout.LENGTH_AT, lengthBytes);
        target.putLong(at + RecordLayout.EPOCH_AT, epoch);
        target.putLong(at + RecordLayout.SEQUENCE_NUMBER_AT, sequenceNumber);
        target.putLong(at + RecordLayout.PREVIOUS_POSITION_AT, previousPosition);
        target.putLong(at + RecordLayout.TIMESTAMP_AT, timestampMs);
        target.putShort(at + RecordLayout.ID_LENGTH_AT, (short) idBytes);
        target.putShort(at + RecordLayout.EVENT_COUNT_AT, (short) eventCount);
        target.putInt(at + RecordLayout.METADATA_LENGTH_AT, metadataBytes);
    }
}
