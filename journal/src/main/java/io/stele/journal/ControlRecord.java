package io.stele.journal;

import java.nio.ByteBuffer;

/** Puts together the records that no actor owns. Guarded by the lane's latch. */
final class ControlRecord {
    private static final int BODY_BYTES_MAX = 1024;
    private static final byte[] NO_ID = {};

    private final RecordHeader header = new RecordHeader();
    private final RecordBuffer record = new RecordBuffer(RecordLayout.RECORD_BYTES_MIN + BODY_BYTES_MAX);

    ControlRecord(long epoch) {
        header.epoch = epoch;
    }

    RecordBuffer of(byte kind, long timestampMs, ByteBuffer body) {
        header.kind = kind;
        header.timestampMs = timestampMs;
        header.metadataBytes = body.remaining();
        body.get(body.position(), record.bytes(), RecordBuffer.BODY_AT, body.remaining());
        record.finish(header, NO_ID, RecordBuffer.BODY_AT + body.remaining());
        return record;
    }
}
