package io.stele.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The fixed part of a record on its way out. Reused: confined to whoever fills it. */
final class RecordHeader {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    byte kind;
    long epoch;
    long sequenceNumber;
    long previousPosition;
    long timestampMs;
    int eventCount;
    int metadataBytes;

    /** Writes the {@link RecordLayout#HEADER_BYTES} bytes at {@code at}, a word of eight at a time. */
    void write(byte[] target, int at, int lengthBytes, int idBytes) {
        LONG.set(
                target,
                at + RecordLayout.VERSION_AT,
                RecordLayout.VERSION | field(kind, RecordLayout.KIND_AT) | field(lengthBytes, RecordLayout.LENGTH_AT));
        LONG.set(target, at + RecordLayout.EPOCH_AT, epoch);
        LONG.set(target, at + RecordLayout.SEQUENCE_NUMBER_AT, sequenceNumber);
        LONG.set(target, at + RecordLayout.PREVIOUS_POSITION_AT, previousPosition);
        LONG.set(target, at + RecordLayout.TIMESTAMP_AT, timestampMs);
        LONG.set(
                target,
                at + RecordLayout.ID_LENGTH_AT,
                idBytes
                        | field(eventCount, RecordLayout.EVENT_COUNT_AT - RecordLayout.ID_LENGTH_AT)
                        | field(metadataBytes, RecordLayout.METADATA_LENGTH_AT - RecordLayout.ID_LENGTH_AT));
    }

    /** Returns a value that is not negative, moved to where it begins in a word. */
    private static long field(int value, int atByte) {
        return (long) value << (Byte.SIZE * atByte);
    }
}
