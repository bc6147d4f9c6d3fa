package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one lane: forward by position, or one actor's records by the chain that leads back from the last.
 *
 * <p>Nothing above the position that the caller names is read, so that a writer at work is never seen half-way. Confined to one
 * thread; made for one pass, then closed.
 */
final class LaneHistory implements AutoCloseable {
    private static final int SCAN_BUFFER_BYTES = 256 << 10;
    private static final int SINGLE_BUFFER_BYTES = 16 << 10;

    private final LaneSetup setup;
    private final RecordView view = new RecordView();
    private @Nullable SegmentReader reader;
    private @Nullable CarriedFiles carried;
    private boolean chainKnown;
    private int lastCrc;

    LaneHistory(LaneSetup setup) {
        this.setup = setup;
    }

    /** Takes records. */
    @FunctionalInterface
    interface RecordReader {
        /** Takes a record that is valid during this call; returns whether to go on. */
        boolean onRecord(RecordView record);
    }

    /**
     * Reads all records above {@code afterPosition} up to {@code lastPosition}.
     *
     * @return the position of the last record that was read, control records included, or {@code afterPosition}
     */
    long scan(long afterPosition, long lastPosition, RecordReader target) {
        long read = afterPosition;
        if (lastPosition == 0 || afterPosition >= lastPosition) {
            return read;
        }
        chainKnown = false;
        long[] segments = segments();
        long fromSegment = RecordLayout.segmentOf(afterPosition);
        if (segments.length > 0 && fromSegment < segments[0] && segments[0] > 1) {
            long stoppedAt = scanCarried(afterPosition, target);
            if (stoppedAt != 0) {
                return stoppedAt;
            }
            fromSegment = carried().oldestSegment();
        }
        for (long segment : segments) {
            if (segment < fromSegment || segment > RecordLayout.segmentOf(lastPosition)) {
                continue;
            }
            SegmentReader source = openUnlessCompacted(segment, SCAN_BUFFER_BYTES);
            if (source == null) {
                return scan(read, lastPosition, target);
            }
            if (segment == RecordLayout.segmentOf(afterPosition)) {
                requireRecord(source.readAt(RecordLayout.offsetOf(afterPosition), view), source);
                requireChain();
            }
            while (read < lastPosition && source.next(view) == SegmentReader.Outcome.RECORD) {
                requireChain();
                read = view.position();
                if (!target.onRecord(view)) {
                    return read;
                }
            }
            if (read < lastPosition && !isEnded(source, segment, lastPosition)) {
                throw damaged(source);
            }
        }
        return read;
    }

    /** Reads the record at {@code position}; valid until the next call. */
    RecordView record(long position) {
        RecordView record = find(position);
        if (record == null) {
            throw new CorruptJournalException(
                    "record that is needed was compacted; nothing was changed on disk: lane=" + setup.directory()
                            + ", position=" + position + "; run: stele verify --data-dir "
                            + setup.options().directory());
        }
        return record;
    }

    /** As {@link #record}; null if a compaction has removed it. */
    @Nullable RecordView find(long position) {
        SegmentReader source = openUnlessCompacted(RecordLayout.segmentOf(position), SINGLE_BUFFER_BYTES);
        if (source == null) {
            return carried().fetch(position) ? view : null;
        }
        requireRecord(source.readAt(RecordLayout.offsetOf(position), view), source);
        return view;
    }

    /** Drops the positions of an actor's records that compaction has removed: always the first ones. */
    long[] present(long[] positions) {
        int from = 0;
        while (from < positions.length && isInFront(positions[from])) {
            from++;
        }
        while (from > 0 && find(positions[from - 1]) != null) {
            from--;
        }
        return from == 0 ? positions : Arrays.copyOfRange(positions, from, positions.length);
    }

    /**
     * Collects the positions of an actor's records, oldest first, following the chain back from {@code lastPosition} until a
     * record that ends before {@code fromSequenceNumber} − 1, or a position at or below {@code floorPosition}.
     *
     * @throws HistoryCompactedException if a record that is wanted was compacted
     */
    long[] chain(byte[] id, long lastPosition, long fromSequenceNumber, long floorPosition) {
        long[] positions = new long[64];
        int count = 0;
        long firstWanted = Long.MAX_VALUE;
        for (long at = lastPosition; at > floorPosition; ) {
            RecordView record = find(at);
            if (record == null) {
                requireReached(id, firstWanted, fromSequenceNumber);
                break;
            }
            requireOf(record, id);
            firstWanted = record.isNote() ? record.firstSequenceNumber() + 1 : record.firstSequenceNumber();
            if (record.lastSequenceNumber() < fromSequenceNumber - 1) {
                break;
            }
            positions = count == positions.length ? Arrays.copyOf(positions, 2 * count) : positions;
            positions[count++] = at;
            at = record.previousPosition();
        }
        long[] oldestFirst = new long[count];
        for (int i = 0; i < count; i++) {
            oldestFirst[i] = positions[count - 1 - i];
        }
        return oldestFirst;
    }

    /** Delivers what a record holds of a range; returns how many events that were. */
    static long deliver(RecordView record, long from, long to, EventReader reader) {
        if (record.isNote()) {
            long at = record.firstSequenceNumber();
            if (at >= from - 1 && at <= to) {
                reader.onNote(record);
            }
            return 0;
        }
        long delivered = 0;
        while (record.nextEvent()) {
            long at = record.sequenceNumber();
            if (at >= from && at <= to) {
                reader.onEvent(record);
                delivered++;
            }
        }
        return delivered;
    }

    private static void requireReached(byte[] id, long firstSequenceNumber, long fromSequenceNumber) {
        if (firstSequenceNumber > fromSequenceNumber) {
            PersistenceId persistenceId = PersistenceId.parse(new String(id, StandardCharsets.UTF_8));
            throw new HistoryCompactedException(persistenceId, fromSequenceNumber, firstSequenceNumber);
        }
    }

    void requireOf(RecordView record, byte[] id) {
        if (record.kind() != RecordLayout.KIND_EVENTS || !record.isOf(id)) {
            throw new CorruptJournalException(
                    "record belongs to another actor than the chain that led to it; nothing was "
                            + "changed on disk: segment=" + setup.segment(RecordLayout.segmentOf(record.position()))
                            + ", offsetBytes=" + RecordLayout.offsetOf(record.position())
                            + "; run: stele verify --data-dir "
                            + setup.options().directory());
        }
    }

    @Override
    public void close() {
        closeReader();
        if (carried != null) {
            carried.close();
            carried = null;
        }
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    private CarriedFiles carried() {
        CarriedFiles files = carried;
        if (files == null) {
            files = CarriedFiles.of(setup.directory(), view);
            carried = files;
        }
        return files;
    }

    /** Returns where the target said stop; 0 if it did not. */
    private long scanCarried(long afterPosition, RecordReader target) {
        long[] last = {0};
        boolean all = carried().scan(afterPosition, record -> {
            last[0] = record.position();
            return target.onRecord(record);
        });
        return all ? 0 : last[0];
    }

    private boolean isInFront(long position) {
        long segment = RecordLayout.segmentOf(position);
        return !isCurrent(segment)
                && (carried == null ? !Files.exists(setup.segment(segment)) : carried.covers(position));
    }

    private boolean isCurrent(long segment) {
        return reader != null && reader.segment() == segment;
    }

    /** Opens a segment; null if it was compacted, be it at this moment. */
    private @Nullable SegmentReader openUnlessCompacted(long segment, int bufferBytes) {
        if (!isCurrent(segment) && carried != null && segment < carried.oldestSegment()) {
            return null;
        }
        try {
            return open(segment, bufferBytes);
        } catch (JournalException e) {
            if (Files.exists(setup.segment(segment))) {
                throw e;
            }
            carried().refresh();
            if (segment >= carried().oldestSegment()) {
                throw e;
            }
            return null;
        }
    }

    private long[] segments() {
        try {
            return SegmentFiles.list(setup.directory());
        } catch (IOException e) {
            throw new JournalException("lane cannot be read: lane=" + setup.directory() + ", cause=" + e, e);
        }
    }

    private SegmentReader open(long segment, int bufferBytes) {
        SegmentReader current = reader;
        if (current != null && current.segment() == segment) {
            return current;
        }
        closeReader();
        Path file = setup.segment(segment);
        if (!Files.exists(file)) {
            throw new CorruptJournalException("segment is missing; nothing was changed on disk: segment=" + file
                    + "; run: stele verify --data-dir " + setup.options().directory());
        }
        current = SegmentReader.open(file, segment, bufferBytes);
        reader = current;
        return current;
    }

    private static boolean isEnded(SegmentReader source, long segment, long lastPosition) {
        return segment < RecordLayout.segmentOf(lastPosition) && source.damage().isEmpty();
    }

    /** Finds what checksums alone cannot: a record, or a whole segment, that is missing. */
    private void requireChain() {
        if (chainKnown && view.chainCrc() != lastCrc) {
            throw new CorruptJournalException(
                    "record does not follow the one before it; nothing was changed on disk: segment="
                            + setup.segment(RecordLayout.segmentOf(view.position())) + ", offsetBytes="
                            + RecordLayout.offsetOf(view.position()) + "; run: stele verify --data-dir "
                            + setup.options().directory());
        }
        chainKnown = true;
        lastCrc = view.crc();
    }

    private void requireRecord(SegmentReader.Outcome outcome, SegmentReader source) {
        if (outcome != SegmentReader.Outcome.RECORD) {
            throw damaged(source);
        }
    }

    private CorruptJournalException damaged(SegmentReader source) {
        String found = source.damage().isEmpty() ? "there is no record where one was written" : source.damage();
        return new CorruptJournalException("journal is damaged: " + found + "; nothing was changed on disk: segment="
                + source.file() + ", offsetBytes=" + source.offset() + "; run: stele verify --data-dir "
                + setup.options().directory());
    }
}
