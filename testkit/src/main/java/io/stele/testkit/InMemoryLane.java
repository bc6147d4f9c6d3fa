package io.stele.testkit;

import io.stele.spi.PersistenceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The records of one lane: what would be its files. Any thread; every method holds the lane's lock for as long as it runs.
 *
 * <p>Positions look like those of a segmented file, so that nobody takes them for an index or an {@code int}:
 *
 * <pre>
 *   [ segment, from 1: 24 bits ][ offset in the segment: 40 bits ]     a new segment every 50 records
 * </pre>
 */
final class InMemoryLane {
    private static final int OFFSET_BITS = 40;
    private static final int SEGMENT_RECORD_COUNT = 50;
    private static final int HEADER_BYTES = 64;

    private final List<InMemoryRecord> records = new ArrayList<>();
    private final Map<PersistenceId, List<InMemoryRecord>> histories = new HashMap<>();
    private volatile long durablePosition;

    /** Returns the position that a record appended now would get. */
    synchronized long nextPosition() {
        InMemoryRecord last = lastOf(records);
        if (last == null || records.size() % SEGMENT_RECORD_COUNT == 0) {
            long segment = last == null ? 1 : (last.position() >>> OFFSET_BITS) + 1;
            return (segment << OFFSET_BITS) + HEADER_BYTES;
        }
        return last.position() + HEADER_BYTES + last.payloads().length + last.metadata().length;
    }

    synchronized void append(InMemoryRecord record) {
        records.add(record);
        histories
                .computeIfAbsent(record.place().persistenceId(), id -> new ArrayList<>())
                .add(record);
    }

    synchronized @Nullable InMemoryRecord lastOf(PersistenceId persistenceId) {
        return lastOf(histories.getOrDefault(persistenceId, List.of()));
    }

    synchronized List<InMemoryRecord> historyOf(PersistenceId persistenceId) {
        return List.copyOf(histories.getOrDefault(persistenceId, List.of()));
    }

    /** Returns the records above {@code afterPosition}, up to the one that brings the number of events to the maximum. */
    synchronized List<InMemoryRecord> after(long afterPosition, long eventCountMax) {
        List<InMemoryRecord> found = new ArrayList<>();
        long eventCount = 0;
        for (int i = firstAfter(afterPosition); i < records.size() && eventCount < eventCountMax; i++) {
            InMemoryRecord record = records.get(i);
            found.add(record);
            eventCount += Math.max(1, record.types().size());
        }
        return found;
    }

    long durablePosition() {
        return durablePosition;
    }

    synchronized long lastPosition() {
        InMemoryRecord last = lastOf(records);
        return last == null ? 0 : last.position();
    }

    /** Makes everything durable. */
    synchronized void force() {
        durablePosition = lastPosition();
    }

    /** Forgets every record that is not durable, as a power cut does. */
    synchronized void loseTail() {
        List<InMemoryRecord> survivors = List.copyOf(records.subList(0, firstAfter(durablePosition)));
        records.clear();
        histories.clear();
        survivors.forEach(this::append);
    }

    /** Forgets an actor's records that end below {@code sequenceNumber}, but never its last one. Positions stay as they are. */
    synchronized void compactBelow(PersistenceId persistenceId, long sequenceNumber) {
        InMemoryRecord last = lastOf(persistenceId);
        if (last == null) {
            return;
        }
        Predicate<InMemoryRecord> isForgotten = record -> record.position() < last.position()
                && record.place().persistenceId().equals(persistenceId)
                && record.lastSequenceNumber() < sequenceNumber;
        histories.getOrDefault(persistenceId, List.of()).removeIf(isForgotten);
        records.removeIf(isForgotten);
    }

    private int firstAfter(long position) {
        int low = 0;
        int high = records.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (records.get(middle).position() <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static @Nullable InMemoryRecord lastOf(List<InMemoryRecord> list) {
        return list.isEmpty() ? null : list.get(list.size() - 1);
    }
}
