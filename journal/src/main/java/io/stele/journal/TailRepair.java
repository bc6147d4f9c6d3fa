package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Makes the end of a lane that was not closed what it will stay: cuts off what is no record, writes the trusted bytes once more,
 * and forces them.
 *
 * <p>They are written again because a failed force leaves pages that are clean in the cache and absent from the disk: the next
 * process reads them and loses them later (Rebello et al., ATC 2020).
 *
 * <p>After {@link LaneRecovery}; every step may be repeated after a crash in the middle.
 */
final class TailRepair {
    private static final int COPY_BYTES = 64 << 10;
    private static final int END_OF_FILE = 0xc000_0000;
    private static final int PAGE_BYTES = 4096;
    private static final String CUT_SUFFIX = ".cut";

    private TailRepair() {}

    /** What is trusted but not known to be on the disk: from the durable position to the lane's last record. */
    record Trusted(long durablePosition, long position, int crc) {}

    static void run(LaneSetup setup, LaneRecovery.End end, long[] segments, Trusted last, LaneFindings found)
            throws IOException {
        for (int i = segments.length - 1; i >= end.next(); i--) {
            found.cutBytes += setAside(setup, segments[i]);
        }
        if (last.position() == 0) {
            return;
        }
        long lastSegment = RecordLayout.segmentOf(last.position());
        long from = Math.max(RecordLayout.position(segments[0], 0), last.durablePosition());
        for (long segment = RecordLayout.segmentOf(from); segment <= lastSegment; segment++) {
            LinkedFile.unshare(setup.storage(), setup.segment(segment));
            long fromOffset = segment == RecordLayout.segmentOf(from) ? RecordLayout.offsetOf(from) : 0;
            try (SegmentStorage.OpenFile file = setup.storage().open(setup.segment(segment))) {
                long endOffset = segment == lastSegment ? end.offset() : file.sizeBytes();
                rewrite(file, fromOffset, endOffset);
                found.rewrittenBytes += Math.max(0, endOffset - fromOffset);
                if (segment == lastSegment) {
                    found.cutBytes += keepTail(setup, setup.segment(segment), file, endOffset);
                    cut(file, endOffset);
                }
                file.force(true);
            }
        }
        setup.storage().forceDirectory(setup.directory());
        DurableMarkFile.create(setup);
        try (DurableMarkFile file = DurableMarkFile.open(setup)) {
            file.write(last.position(), last.crc());
            file.force();
        }
    }

    /** Removes a file that is no part of the lane; keeps it under another name if there is a record in it. Returns its bytes then. */
    private static long setAside(LaneSetup setup, long segment) throws IOException {
        Path file = setup.segment(segment);
        boolean hasRecord;
        long bytes;
        try (SegmentReader reader = SegmentReader.open(file, segment)) {
            RecordView view = new RecordView();
            bytes = java.nio.file.Files.size(file);
            hasRecord = reader.next(view) == SegmentReader.Outcome.RECORD || reader.resync(view);
        }
        if (hasRecord) {
            setup.storage().rename(file, file.resolveSibling(file.getFileName() + CUT_SUFFIX));
        } else {
            setup.storage().delete(file);
        }
        setup.storage().forceDirectory(setup.directory());
        return hasRecord ? bytes : 0;
    }

    /** Ends the last segment of a journal that is being closed, once all of it has been forced. */
    static void end(LaneSetup setup, long segment, long endOffset) throws IOException {
        LinkedFile.unshare(setup.storage(), setup.segment(segment));
        try (SegmentStorage.OpenFile file = setup.storage().open(setup.segment(segment))) {
            cut(file, endOffset);
            file.force(true);
        }
    }

    private static void rewrite(SegmentStorage.OpenFile file, long from, long to) throws IOException {
        ByteBuffer copy = ByteBuffer.allocateDirect(COPY_BYTES);
        for (long at = from; at < to; at += COPY_BYTES) {
            copy.clear().limit((int) Math.min(COPY_BYTES, to - at));
            file.read(copy, at);
            file.write(copy.flip(), at);
        }
    }

    /** Ends a segment for ever: whatever stood behind is gone. */
    static void cut(SegmentStorage.OpenFile file, long endOffset) throws IOException {
        ByteBuffer mark = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(END_OF_FILE)
                .flip();
        file.resize(endOffset);
        file.write(mark, endOffset);
        file.resize((endOffset / PAGE_BYTES + 1) * PAGE_BYTES);
    }

    /** Copies what is about to be cut off, unless it is nothing but zeros or the end-of-file mark; returns how much that is. */
    private static long keepTail(LaneSetup setup, Path path, SegmentStorage.OpenFile file, long from)
            throws IOException {
        ByteBuffer copy = ByteBuffer.allocate(COPY_BYTES);
        SegmentStorage.OpenFile kept = null;
        long keptBytes = 0;
        try {
            for (long at = from; file.read(copy.clear(), at) > 0; at += COPY_BYTES) {
                int from0 = at == from ? Math.min(8, copy.position()) : 0;
                if (kept == null && !isZero(copy, from0)) {
                    kept = setup.storage().create(path.resolveSibling(path.getFileName() + CUT_SUFFIX));
                }
                if (kept != null) {
                    keptBytes += lengthBytes(copy);
                    kept.write(copy.flip(), at - from);
                }
            }
            if (kept != null) {
                kept.force(true);
            }
            return keptBytes;
        } finally {
            if (kept != null) {
                kept.close();
            }
        }
    }

    /** Returns how many bytes there are before nothing but zeros. */
    private static int lengthBytes(ByteBuffer bytes) {
        int length = bytes.position();
        while (length > 0 && bytes.get(length - 1) == 0) {
            length--;
        }
        return length;
    }

    /** Many bytes at a time: behind the tail there may be the better part of a segment. */
    private static boolean isZero(ByteBuffer bytes, int from) {
        int to = bytes.position();
        return RecordBytes.skipZeros(bytes.array(), bytes.arrayOffset() + from, bytes.arrayOffset() + to)
                == bytes.arrayOffset() + to;
    }
}
