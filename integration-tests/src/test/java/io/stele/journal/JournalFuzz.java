package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What hostile bytes are thrown at in this room. With an even first byte they are taken as they are; with an odd one, what a checksum
 * or a length would refuse at once is put right, so that what lies behind is reached.
 */
public final class JournalFuzz {
    private static final int DOCUMENTS_MAX = 64;
    private static final int RECORDS_MAX = 1_000;
    private static final UUID ID = new UUID(7, 7);

    private final Path directory;
    private final ReadBuffers buffers = new ReadBuffers(ReadBuffers.BYTES_MAX);
    private final RecordView view = new RecordView();
    private final Manifest manifest = new Manifest(1, ID, 1, 1 << 20, 1);

    /** Makes one that works in an empty directory. */
    public JournalFuzz(Path directory) {
        try {
            this.directory = Files.createDirectories(directory);
            Files.createDirectories(SegmentFiles.laneDirectory(directory, 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Decodes one record, and looks at all of it. */
    public void record(byte[] data) {
        byte[] record = Arrays.copyOf(content(data), Math.max(RecordLayout.RECORD_BYTES_MIN, data.length & ~3));
        if (isRepaired(data)) {
            repair(record);
        }
        if (view.read(new RecordBytes(record), 0, record.length, RecordLayout.position(1, 4)) == null) {
            walk(view);
        }
    }

    /** Scans a segment, believing nothing and going on behind damage, then as a strict reader of its lane. */
    public void segment(byte[] data) {
        Path file = SegmentFiles.segment(SegmentFiles.laneDirectory(directory, 0), 1);
        write(file, isRepaired(data) ? documents(content(data)) : content(data));
        try (SegmentReader reader = SegmentReader.open(file, 1, buffers)) {
            SegmentReader.Outcome outcome = reader.next(view);
            for (int i = 0; i < RECORDS_MAX; i++) {
                if (outcome == SegmentReader.Outcome.RECORD) {
                    walk(view);
                    outcome = reader.next(view);
                } else if (outcome == SegmentReader.Outcome.DAMAGE && reader.resync(view)) {
                    outcome = SegmentReader.Outcome.RECORD;
                } else {
                    break;
                }
            }
        }
        List<Finding> findings = new ArrayList<>();
        try (LaneReader reader = new LaneReader(directory, manifest, 0, () -> LaneReader.UNKNOWN, findings::add)) {
            for (int i = 0; i < RECORDS_MAX && reader.next(); i++) {
                walk(reader.record());
            }
        } catch (JournalException e) {
            require(e);
        }
        findings.forEach(finding -> require(finding.toException()));
    }

    /** Reads a manifest. */
    public void manifest(byte[] data) {
        byte[] bytes = content(data);
        if (isRepaired(data)) {
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            byte[] end = String.format("crc32c=%08x\n", crc.getValue()).getBytes(StandardCharsets.UTF_8);
            byte[] whole = Arrays.copyOf(bytes, bytes.length + end.length);
            System.arraycopy(end, 0, whole, bytes.length, end.length);
            bytes = whole;
        }
        write(directory.resolve(SegmentFiles.MANIFEST), bytes);
        try {
            Manifest.read(directory);
        } catch (JournalException e) {
            require(e);
        }
    }

    /** Returns inputs to begin with. */
    public static List<byte[]> manifests() {
        String body = "stele-journal\nformatVersion=1\njournalId=" + ID
                + "\nlaneCount=1\nsegmentBytes=1048576\ncreatedAtMs=1\n";
        String forked = body.replace("formatVersion=1", "formatVersion=2") + "ancestor-1=" + ID + ":3\n";
        return List.of(odd(body), odd(forked), odd(body.replace("formatVersion=1", "formatVersion=99")), even(body));
    }

    /** Returns records to begin with. */
    public static List<byte[]> records() {
        return List.of(
                with((byte) 1, record(1, 1, "a/b", new byte[] {1, 2, 3})),
                with((byte) 1, record(2, 0, "", new byte[16])),
                with((byte) 1, record(1, 3, "bank-account/42", new byte[40])),
                with((byte) 0, record(1, 1, "a/b", new byte[] {1, 2, 3})));
    }

    /** Returns segments to begin with: each document behind two bytes of its length. */
    public static List<byte[]> segments() {
        byte[] one = record(1, 1, "a/b", new byte[] {1, 2, 3});
        byte[] start = record(2, 0, "", new byte[40]);
        ByteBuffer both = ByteBuffer.allocate(1 + 4 + start.length + one.length).order(ByteOrder.LITTLE_ENDIAN);
        both.put((byte) 1)
                .putShort((short) start.length)
                .put(start)
                .putShort((short) one.length)
                .put(one);
        return List.of(both.array(), with((byte) 0, documents(Arrays.copyOfRange(both.array(), 1, both.limit()))));
    }

    private static byte[] record(int kind, int events, String id, byte[] payload) {
        byte[] encoded = id.getBytes(StandardCharsets.UTF_8);
        boolean hasEvents = events > 0;
        int body = hasEvents ? events * (RecordLayout.EVENT_HEADER_BYTES + 1 + payload.length) : 0;
        int metadata = hasEvents ? 0 : payload.length;
        int length = RecordLayout.RECORD_BYTES_MIN + encoded.length + body + metadata + 3 & ~3;
        ByteBuffer record = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        record.put(RecordLayout.KIND_AT, (byte) kind)
                .putLong(RecordLayout.EPOCH_AT, 1)
                .putLong(RecordLayout.SEQUENCE_NUMBER_AT, hasEvents ? 1 : 0)
                .putShort(RecordLayout.ID_LENGTH_AT, (short) encoded.length)
                .putShort(RecordLayout.EVENT_COUNT_AT, (short) events)
                .putInt(RecordLayout.METADATA_LENGTH_AT, metadata);
        record.position(RecordLayout.HEADER_BYTES).put(encoded);
        for (int i = 0; i < events; i++) {
            record.putShort((short) 1)
                    .putShort((short) 1)
                    .putInt(payload.length)
                    .put((byte) 't')
                    .put(payload);
        }
        byte[] bytes = record.array();
        repair(bytes);
        return bytes;
    }

    private static void repair(byte[] record) {
        ByteBuffer fields = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        fields.put(RecordLayout.VERSION_AT, RecordLayout.VERSION).putInt(RecordLayout.LENGTH_AT, record.length);
        CRC32C crc = new CRC32C();
        crc.update(record, 0, record.length - Integer.BYTES);
        fields.putInt(record.length - Integer.BYTES, (int) crc.getValue());
    }

    /** Makes documents whose headers and checksums are right of pieces that say how long they are. */
    private static byte[] documents(byte[] data) {
        ByteBuffer from = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer to = ByteBuffer.allocate(data.length * 2 + DOCUMENTS_MAX * RecordLayout.RECORD_BYTES_MIN + 8)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < DOCUMENTS_MAX && from.remaining() > 2; i++) {
            int length = Math.min(Short.toUnsignedInt(from.getShort()), from.remaining());
            byte[] record = new byte[Math.max(RecordLayout.RECORD_BYTES_MIN, length & ~3)];
            from.get(record, 0, Math.min(record.length, length));
            repair(record);
            to.putInt(record.length).put(record);
        }
        return Arrays.copyOf(to.array(), to.position() + 4);
    }

    private static void walk(RecordView record) {
        try {
            if (record.kind() == RecordLayout.KIND_EVENTS) {
                record.persistenceId();
            }
            record.body();
            long bytes = 0;
            while (record.nextEvent()) {
                record.type();
                bytes += record.payload().remaining() + record.metadata().remaining();
            }
            if (bytes < 0) {
                throw new IllegalStateException("lengths are negative: bytes=" + bytes);
            }
        } catch (CorruptJournalException e) {
            require(e);
        }
    }

    /** An error must say something in one line. */
    private static void require(JournalException e) {
        String message = String.valueOf(e.getMessage());
        if (message.isBlank() || message.indexOf('\n') >= 0) {
            throw new IllegalStateException("error does not say what is wrong in one line: " + message, e);
        }
    }

    private static boolean isRepaired(byte[] data) {
        return data.length > 0 && (data[0] & 1) == 1;
    }

    private static byte[] content(byte[] data) {
        return data.length == 0 ? data : Arrays.copyOfRange(data, 1, data.length);
    }

    private static byte[] odd(String text) {
        return with((byte) 1, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] even(String text) {
        return with((byte) 0, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] with(byte first, byte[] rest) {
        byte[] whole = new byte[rest.length + 1];
        whole[0] = first;
        System.arraycopy(rest, 0, whole, 1, rest.length);
        return whole;
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
