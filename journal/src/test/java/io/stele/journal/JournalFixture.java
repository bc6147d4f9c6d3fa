package io.stele.journal;

import io.stele.journal.ControlRecords.EpochStart;
import io.stele.journal.ControlRecords.SegmentStart;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes whole journals of a few records, correct in every byte, without any code of the writer; tests then break them. */
final class JournalFixture {
    /** One record as it was written. */
    record Written(long position, String persistenceId, long sequenceNumber, int eventCount, ByteBuffer content) {
        byte[] bytes() {
            byte[] bytes = new byte[content.limit()];
            content.get(0, bytes);
            return bytes;
        }
    }

    private static final int TAIL_BYTES = 256;

    final Path directory;
    final Manifest manifest;
    final List<Written> written = new ArrayList<>();

    private final int lane;
    private final Map<String, Long> lastPositions = new HashMap<>();
    private final Map<String, Long> lastNumbers = new HashMap<>();
    private SegmentFixture segment = new SegmentFixture();
    private long number;
    private long lastPosition;
    private int lastCrc;
    private long epoch = 1;

    JournalFixture(Path directory) {
        this(directory, 1, 0);
    }

    /** Begins lane {@code lane}; the other lanes get one empty segment each from fixtures of their own. */
    JournalFixture(Path directory, int laneCount, int lane) {
        this.directory = directory;
        this.lane = lane;
        try {
            Files.createDirectories(laneDirectory());
            if (!Files.exists(directory.resolve(SegmentFiles.MANIFEST))) {
                new Manifest(1, UUID.nameUUIDFromBytes(new byte[] {7}), laneCount, 1 << 20, 1_000).write(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.manifest = Manifest.read(directory);
        begin(1);
    }

    Path laneDirectory() {
        return SegmentFiles.laneDirectory(directory, lane);
    }

    Path file(long segmentNumber) {
        return SegmentFiles.segment(laneDirectory(), segmentNumber);
    }

    long lastPosition() {
        return lastPosition;
    }

    int lastCrc() {
        return lastCrc;
    }

    long lastPosition(String persistenceId) {
        return lastPositions.getOrDefault(persistenceId, 0L);
    }

    /** Appends one event per payload as one batch. */
    JournalFixture events(String persistenceId, String... payloads) {
        long first = lastNumbers.getOrDefault(persistenceId, 0L) + 1;
        RecordFixture record = RecordFixture.events(persistenceId, first);
        for (String payload : payloads) {
            record.event("t", payload);
        }
        lastNumbers.put(persistenceId, first + payloads.length - 1);
        return append(persistenceId, record, first, payloads.length);
    }

    JournalFixture note(String persistenceId, String metadata) {
        long last = lastNumbers.getOrDefault(persistenceId, 0L);
        RecordFixture record =
                RecordFixture.events(persistenceId, last).metadata(metadata.getBytes(StandardCharsets.UTF_8));
        return append(persistenceId, record, last, 0);
    }

    private JournalFixture append(String persistenceId, RecordFixture record, long first, int count) {
        append(record.previousPosition(lastPosition(persistenceId)), persistenceId, first, count);
        lastPositions.put(persistenceId, lastPosition);
        return this;
    }

    /** Appends a record of which only epoch and chain are set here. */
    JournalFixture append(RecordFixture record, String persistenceId, long sequenceNumber, int eventCount) {
        byte[] bytes = record.epoch(epoch).chainCrc(lastCrc).bytes();
        lastPosition = RecordLayout.position(number, segment.record(bytes));
        lastCrc = RecordFixture.crcOf(bytes);
        written.add(new Written(lastPosition, persistenceId, sequenceNumber, eventCount, ByteBuffer.wrap(bytes)));
        return this;
    }

    JournalFixture index() {
        segment.index();
        return this;
    }

    JournalFixture epoch(long value) {
        epoch = value;
        ByteBuffer body = ByteBuffer.allocate(ControlRecords.EPOCH_BODY_BYTES_MAX);
        ControlRecords.write(body, new EpochStart(1, 2, "boot", "host", "1"));
        byte[] bytes = Arrays.copyOf(body.array(), body.position());
        return append(RecordFixture.control(RecordLayout.KIND_EPOCH, bytes), "", 0, 0);
    }

    /** Seals this segment and begins the next one. */
    JournalFixture roll() {
        append(RecordFixture.control(RecordLayout.KIND_SEAL, new byte[0]), "", 0, 0);
        segment.seal();
        write();
        begin(number + 1);
        return this;
    }

    private void begin(long next) {
        ByteBuffer body = ByteBuffer.allocate(ControlRecords.SEGMENT_BODY_BYTES);
        ControlRecords.write(
                body,
                new SegmentStart(
                        manifest.journalId(), lane, manifest.laneCount(), next, next - 1, lastPosition, lastCrc));
        segment = new SegmentFixture();
        number = next;
        append(RecordFixture.control(RecordLayout.KIND_SEGMENT, body.array()), "", 0, 0);
    }

    /** Writes the segment that is being filled, with zeros behind it. */
    JournalFixture write() {
        byte[] content = segment.bytes();
        try {
            Files.write(file(number), Arrays.copyOf(content, content.length + TAIL_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Writes the segment that is being filled, and that everything up to here is durable. */
    JournalFixture durable() {
        write();
        return durable(lastPosition, lastCrc);
    }

    JournalFixture durable(long position, int crc) {
        return mark(SegmentFiles.DURABLE, position, crc);
    }

    /** Says that everything in front of a segment was compacted, and that nothing had to stay. */
    JournalFixture compacted(long oldestSegment) {
        Path carried = SegmentFiles.carried(laneDirectory(), 1, oldestSegment - 1);
        try (CarriedFileWriter writer = CarriedFileWriter.create(new FileSegmentStorage(), carried)) {
            writer.finish(manifest.journalId(), lane, 1, oldestSegment - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return mark(SegmentFiles.COMPACTED, RecordLayout.position(oldestSegment, 0), 0);
    }

    private JournalFixture mark(String name, long position, int crc) {
        ByteBuffer file = ByteBuffer.allocate(DurableMark.FILE_BYTES);
        DurableMark mark = new DurableMark(position, crc, 5, 1);
        mark.encode(file, mark.slotOffsetBytes());
        try {
            Files.write(laneDirectory().resolve(name), file.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Fills a lane with three segments of a few actors, batches, notes, index documents and two openings. */
    JournalFixture threeSegments() {
        epoch(1).events("account/1", "a").events("account/2", "b", "bb").index().note("account/1", "n");
        events("account/1", "c", "cc", "ccc").events("user/1", "u").roll();
        events("account/2", "d")
                .epoch(2)
                .events("account/1", "e")
                .note("user/1", "nn")
                .index()
                .roll();
        return events("account/1", "f")
                .events("account/2", "g", "gg")
                .events("user/1", "v")
                .durable();
    }

    static StoredType type() {
        return new StoredType("t", 1);
    }

    static PersistenceId id(String encoded) {
        return PersistenceId.parse(encoded);
    }
}
