package io.stele.journal;

import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Writes records byte by byte as {@link RecordLayout} draws them, without any code of the writer. */
final class RecordFixture {
    private int kind = RecordLayout.KIND_EVENTS;
    private long epoch = 1;
    private long sequenceNumber = 1;
    private long previousPosition;
    private long timestampMs = 1_000;
    private byte[] id = "account/1".getBytes(StandardCharsets.UTF_8);
    private byte[] metadata = new byte[0];
    private int chainCrc;
    private final List<byte[]> events = new ArrayList<>();

    static RecordFixture events(String persistenceId, long sequenceNumber) {
        RecordFixture record = new RecordFixture();
        record.id = persistenceId.getBytes(StandardCharsets.UTF_8);
        record.sequenceNumber = sequenceNumber;
        return record;
    }

    static RecordFixture control(int kind, byte[] body) {
        RecordFixture record = new RecordFixture();
        record.kind = kind;
        record.id = new byte[0];
        record.sequenceNumber = 0;
        record.metadata = body;
        return record;
    }

    RecordFixture kind(int value) {
        kind = value;
        return this;
    }

    RecordFixture epoch(long value) {
        epoch = value;
        return this;
    }

    RecordFixture previousPosition(long value) {
        previousPosition = value;
        return this;
    }

    RecordFixture metadata(byte[] value) {
        metadata = value;
        return this;
    }

    RecordFixture chainCrc(int value) {
        chainCrc = value;
        return this;
    }

    RecordFixture event(StoredType type, byte[] payload) {
        byte[] name = type.name().getBytes(StandardCharsets.UTF_8);
        events.add(ByteBuffer.allocate(8 + name.length + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) name.length)
                .putShort((short) type.version())
                .putInt(payload.length)
                .put(name)
                .put(payload)
                .array());
        return this;
    }

    RecordFixture event(String type, String payload) {
        return event(new StoredType(type, 1), payload.getBytes(StandardCharsets.UTF_8));
    }

    byte[] bytes() {
        int content = 48
                + id.length
                + metadata.length
                + events.stream().mapToInt(event -> event.length).sum();
        int length = (content + 3 & ~3) + 8;
        ByteBuffer target = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        target.put((byte) 1).put((byte) kind).putShort((short) 0).putInt(length);
        target.putLong(epoch).putLong(sequenceNumber).putLong(previousPosition).putLong(timestampMs);
        target.putShort((short) id.length).putShort((short) events.size()).putInt(metadata.length);
        target.put(id).put(metadata);
        events.forEach(target::put);
        target.putInt(length - 8, chainCrc);
        seal(target.array());
        return target.array();
    }

    /** Makes the checksum right again after a field was changed on purpose. */
    static void seal(byte[] record) {
        CRC32C crc = new CRC32C();
        crc.update(record, 0, record.length - 4);
        ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(record.length - 4, (int) crc.getValue());
    }

    static int crcOf(byte[] record) {
        return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getInt(record.length - 4);
    }
}
