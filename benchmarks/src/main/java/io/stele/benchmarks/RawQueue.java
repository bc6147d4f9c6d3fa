package io.stele.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What the journal rests on, used directly: a Chronicle queue on segments that were filled with zeros beforehand, and nothing
 * around it. No checksum, no reserve, no force unless somebody asks.
 *
 * <p>{@link #prepare} makes files; one thread at a time may do that. Each {@link Appender} belongs to one thread.
 */
final class RawQueue implements AutoCloseable {
    static final int DOCUMENT_HEADER_BYTES = 4;

    private static final int FILL_BYTES = 16 << 10;
    private static final int INDEX_COUNT = 1024;
    private static final int INDEX_SPACING = 4096;
    private static final long TAIL_BYTES = 64 << 10;
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
    private static final TimeProvider STOPPED = () -> 0L;

    private final Path directory;
    private final int segmentBytes;
    private final Rolls rolls = new Rolls();
    private final SingleChronicleQueue queue;
    private long roomBytes;
    private @Nullable FileChannel channel;
    private int channelSegment;

    RawQueue(Path directory, int segmentBytes) throws IOException {
        Quiet.chronicle();
        this.directory = Files.createDirectories(directory);
        this.segmentBytes = segmentBytes;
        queue = SingleChronicleQueueBuilder.binary(directory)
                .rollCycle(rolls)
                .timeProvider(STOPPED)
                .blockSize((long) segmentBytes)
                .indexCount(INDEX_COUNT)
                .indexSpacing(INDEX_SPACING)
                .checkInterrupts(false)
                .build();
    }

    /** Returns an appender of records of one length. */
    Appender appender(int recordBytes) {
        return new Appender(queue.createAppender(), recordBytes);
    }

    /** Makes sure that {@code count} records fit into the segment, starting the next one if they do not. Forces what was written. */
    void prepare(long count, int recordBytes) throws IOException {
        long bytes = count * (recordBytes + DOCUMENT_HEADER_BYTES);
        if (bytes > segmentBytes - TAIL_BYTES) {
            throw new IllegalArgumentException(
                    "a round does not fit into a segment: roundBytes=" + bytes + ", segmentBytes=" + segmentBytes);
        }
        if (bytes > roomBytes) {
            create(rolls.segment + 1);
            roll();
        } else {
            force();
        }
        roomBytes -= bytes;
    }

    /** Creates a segment ahead of its use, in small writes: large ones would become large pages, and every force slow. */
    void create(int segment) throws IOException {
        Path file = directory.resolve(name(segment) + ".precreated");
        Path filling = directory.resolve(name(segment) + ".filling");
        try (FileChannel target = FileChannel.open(
                filling, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            fill(target, segmentBytes);
            target.write(ByteBuffer.allocate(1), segmentBytes / 4L * 5 - 1);
            target.force(true);
        }
        Files.move(filling, file);
    }

    /** Lets the next append start the next segment. */
    void roll() {
        rolls.segment++;
        roomBytes = segmentBytes - TAIL_BYTES;
    }

    int segment() {
        return rolls.segment;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    /** Forces the current segment, once something was appended to it. */
    void force() throws IOException {
        int segment = rolls.segment;
        if (channelSegment != segment) {
            Path file = directory.resolve(name(segment) + ".cq4");
            if (!Files.exists(file)) {
                return;
            }
            if (channel != null) {
                channel.close();
            }
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channelSegment = segment;
        }
        if (channel != null) {
            channel.force(false);
        }
    }

    @Override
    public void close() throws IOException {
        queue.close();
        if (channel != null) {
            channel.close();
        }
    }

    /** Writes zeros, in small pieces. */
    static void fill(FileChannel target, long bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_BYTES);
        for (long at = 0; at < bytes; at += FILL_BYTES) {
            target.write(zeros.clear(), at);
        }
    }

    private static String name(int segment) {
        return NAME.format(LocalDateTime.ofEpochSecond(segment, 0, ZoneOffset.UTC));
    }

    /** Appends the same bytes again and again. */
    static final class Appender {
        private final ByteBuffer record;
        private final PointerBytesStore source = new PointerBytesStore();
        private final ExcerptAppender appender;

        private Appender(ExcerptAppender appender, int recordBytes) {
            this.appender = appender;
            record = ByteBuffer.allocateDirect(recordBytes);
            for (int i = 0; i < recordBytes; i++) {
                record.put(i, (byte) i);
            }
            source.singleThreadedCheckDisabled(true);
            appender.singleThreadedCheckDisabled(true);
            source.set(Jvm.address(record), recordBytes);
        }

        void append() {
            appender.writeBytes(source);
        }

        int documentBytes() {
            return record.capacity() + DOCUMENT_HEADER_BYTES;
        }
    }

    /** Rolls when told to; the cycle is the segment's number, and its name a date because Chronicle parses it. */
    private static final class Rolls implements RollCycle {
        private static final int SEQUENCE_BITS = 32;

        private volatile int segment;

        @Override
        public int current(TimeProvider time, long epoch) {
            return segment;
        }

        @Override
        public String format() {
            return "yyyyMMdd-HHmmss";
        }

        @Override
        public int lengthInMillis() {
            return 1000;
        }

        @Override
        public int defaultIndexCount() {
            return INDEX_COUNT;
        }

        @Override
        public int defaultIndexSpacing() {
            return INDEX_SPACING;
        }

        @Override
        public long toIndex(int cycle, long sequenceNumber) {
            return ((long) cycle << SEQUENCE_BITS) + (sequenceNumber & 0xffff_ffffL);
        }

        @Override
        public long toSequenceNumber(long index) {
            return index & 0xffff_ffffL;
        }

        @Override
        public int toCycle(long index) {
            return Math.toIntExact(index >> SEQUENCE_BITS);
        }

        @Override
        public long maxMessagesPerCycle() {
            return (long) INDEX_COUNT * INDEX_COUNT * INDEX_SPACING - 1;
        }
    }
}
