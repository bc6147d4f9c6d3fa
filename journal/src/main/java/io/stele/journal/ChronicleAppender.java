package io.stele.journal;

import io.stele.spi.JournalFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.UnsafeMemory;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.core.values.LongValue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * The mapped append.
 *
 * <pre>
 *   Chronicle:  [ file header ][ index pages ][ first record ]      creates, maps, and ends the segment
 *   here:                                                    [ header 4 B ][ record ] [ header 4 B ][ record ] …
 *                                                              ^ stored last
 * </pre>
 *
 * <p>Chronicle Queue makes and maps each segment and writes its first record. All others are put behind it in Chronicle's own
 * document format, the content first and then, as an ordered store, the header that makes it valid; a process that is killed in
 * between leaves a header of zero, which is the end of the file. The lane's latch already keeps writers apart, so Chronicle's
 * lock, its sequence numbers and its index of every 4,096th record would be paid for at every append and used by nobody.
 *
 * <p>Chronicle is kept away from everything but the segments that this opening creates. Its metadata file, with the table of
 * segments and a lock word that a killed process leaves behind for ever, is replaced by zeros before each opening, and the
 * list of segments that it then makes is emptied: it neither maps, nor extends, nor "normalises" what was written earlier.
 * Its clock stands still, so that the list is never read again.
 *
 * <p>One block covers a whole segment, so that the mapping never moves: no page beyond what was zero-filled is touched, which
 * is what keeps a full disk from killing the JVM.
 */
final class ChronicleAppender implements DocumentAppender {
    /** Chronicle extends a segment file to this many quarters of its block. The last quarter stays a hole. */
    private static final int MAPPED_QUARTERS = 5;

    /** Two chunks of 64 KiB, mapped whole. */
    private static final int METADATA_BYTES = 2 << 16;

    private static final int HEADER_BYTES = 4;
    private static final UnsafeMemory MEMORY = UnsafeMemory.MEMORY;
    private static final TimeProvider STOPPED = () -> 0L;

    private final SegmentRollCycle rollCycle = new SegmentRollCycle();
    private final SingleChronicleQueue queue;
    private @Nullable ExcerptAppender appender;
    private @Nullable Bytes<?> mapped;
    private long address;
    private long endOffset;

    ChronicleAppender(Path laneDirectory, int segmentBytes) {
        ChronicleRuntime.prepare();
        try {
            Path metadata = laneDirectory.resolve(SegmentFiles.CHRONICLE_METADATA);
            Files.deleteIfExists(metadata); // never cut a file that may still be mapped
            Files.write(metadata, new byte[METADATA_BYTES]);
        } catch (IOException e) {
            throw new JournalFullException("metadata file cannot be written; nothing was appended: laneDirectory="
                    + laneDirectory + ", cause=" + e);
        }
        queue = SingleChronicleQueueBuilder.binary(laneDirectory)
                .rollCycle(rollCycle)
                .timeProvider(STOPPED)
                .blockSize((long) segmentBytes)
                .indexCount(SegmentRollCycle.INDEX_COUNT)
                .indexSpacing(SegmentRollCycle.INDEX_SPACING)
                .checkInterrupts(false)
                .build();
        hideEarlierSegments();
    }

    /** Returns how long a segment file becomes when it is mapped. */
    static long mappedBytes(int segmentBytes) {
        return segmentBytes / 4L * MAPPED_QUARTERS;
    }

    @Override
    public void startSegment(long segment) {
        Bytes<?> ended = mapped;
        if (ended != null) {
            ended.writePosition(endOffset); // where Chronicle puts the end-of-file mark
        }
        mapped = null;
        rollCycle.segment(segment);
    }

    @Override
    public long append(byte[] record, int at, int lengthBytes) {
        if (mapped == null) {
            return appendFirst(record, at, lengthBytes);
        }
        long offset = endOffset;
        MEMORY.copyMemory(record, at, address + offset + HEADER_BYTES, lengthBytes);
        MEMORY.writeOrderedInt(address + offset, lengthBytes);
        endOffset = offset + HEADER_BYTES + lengthBytes;
        return offset;
    }

    /** Has Chronicle end the segment before, if there is one, and start this one. */
    private long appendFirst(byte[] record, int at, int lengthBytes) {
        ExcerptAppender target = appender();
        target.writeBytes(Bytes.wrapForRead(Arrays.copyOfRange(record, at, at + lengthBytes)));
        Wire wire = target.wire();
        assert wire != null : "a written appender has a wire";
        Bytes<?> bytes = wire.bytes();
        endOffset = bytes.writePosition();
        address = bytes.addressForWrite(0);
        mapped = bytes;
        return endOffset - lengthBytes - HEADER_BYTES;
    }

    @Override
    public void close() {
        mapped = null;
        if (appender != null) {
            appender.close();
        }
        queue.close();
    }

    private void hideEarlierSegments() {
        queue.metaStore().doWithExclusiveLock(table -> {
            try (LongValue highest = table.acquireValueFor("listing.highestCycle");
                    LongValue lowest = table.acquireValueFor("listing.lowestCycle")) {
                highest.setVolatileValue(Integer.MIN_VALUE);
                lowest.setVolatileValue(Integer.MAX_VALUE);
            }
            return table;
        });
    }

    private ExcerptAppender appender() {
        if (appender == null) {
            appender = queue.createAppender();
            appender.singleThreadedCheckDisabled(true);
        }
        return appender;
    }
}
