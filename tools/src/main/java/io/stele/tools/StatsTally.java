package io.stele.tools;

import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What {@code stats} counts. Confined to one thread; those of several are added up. */
final class StatsTally implements Scan.Part<StatsTally> {
    /** Bucket i holds payloads of 2^(i-1) to 2^i - 1 bytes. */
    static final int SIZES = 32;

    private final @Nullable Predicate<String> wanted;
    private final long[] sizes = new long[SIZES];
    private final TimeBuckets times = new TimeBuckets();
    private final Map<Type, long[]> types = new HashMap<>();
    private long eventCount;
    private long payloadBytes;
    private long payloadBytesMax;
    private long batchCount;

    /**
     * One stored type of one kind of actor.
     *
     * @param kind the entity type
     * @param stored name and version
     */
    record Type(String kind, StoredType stored) {}

    StatsTally(@Nullable Predicate<String> wanted) {
        this.wanted = wanted;
    }

    @Override
    public void onEvent(StoredEvent event) {
        if (wanted != null && !wanted.test(event.persistenceId().encoded())) {
            return;
        }
        int bytes = event.payload().remaining();
        eventCount++;
        payloadBytes += bytes;
        payloadBytesMax = Math.max(payloadBytesMax, bytes);
        sizes[Integer.SIZE - Integer.numberOfLeadingZeros(bytes)]++;
        times.add(event.timestampMs());
        batchCount += event.batchIndex() == 0 ? 1 : 0;
        long[] ofType =
                types.computeIfAbsent(new Type(event.persistenceId().entityType(), event.type()), type -> new long[2]);
        ofType[0]++;
        ofType[1] += bytes;
    }

    @Override
    public StatsTally result() {
        return this;
    }

    void add(StatsTally other) {
        eventCount += other.eventCount;
        payloadBytes += other.payloadBytes;
        payloadBytesMax = Math.max(payloadBytesMax, other.payloadBytesMax);
        batchCount += other.batchCount;
        for (int i = 0; i < SIZES; i++) {
            sizes[i] += other.sizes[i];
        }
        times.add(other.times);
        other.types.forEach((type, theirs) -> {
            long[] ours = types.computeIfAbsent(type, unused -> new long[2]);
            ours[0] += theirs[0];
            ours[1] += theirs[1];
        });
    }

    long eventCount() {
        return eventCount;
    }

    long batchCount() {
        return batchCount;
    }

    long payloadBytes() {
        return payloadBytes;
    }

    long payloadBytesMax() {
        return payloadBytesMax;
    }

    long size(int bucket) {
        return sizes[bucket];
    }

    TimeBuckets times() {
        return times;
    }

    Map<Type, long[]> types() {
        return types;
    }
}
