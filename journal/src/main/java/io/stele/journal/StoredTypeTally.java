package io.stele.journal;

import io.stele.journal.JournalSummary.StoredTypeCount;
import io.stele.spi.StoredType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts events by what they are stored as. Allocates per type, not per event. Not thread-safe. */
final class StoredTypeTally {
    private final Map<String, Map<StoredType, long[]>> counts = new HashMap<>();

    /** Counts the events of a record, moving over them. */
    void add(RecordView record) {
        Map<StoredType, long[]> ofEntity =
                counts.computeIfAbsent(record.persistenceId().entityType(), entityType -> new HashMap<>());
        while (record.nextEvent()) {
            ofEntity.computeIfAbsent(record.type(), type -> new long[1])[0]++;
        }
    }

    /** Adds what another one has counted. */
    void add(StoredTypeTally other) {
        other.counts.forEach((entityType, theirs) -> {
            Map<StoredType, long[]> ours = counts.computeIfAbsent(entityType, unused -> new HashMap<>());
            theirs.forEach((type, count) -> ours.computeIfAbsent(type, unused -> new long[1])[0] += count[0]);
        });
    }

    List<StoredTypeCount> counts() {
        List<StoredTypeCount> all = new ArrayList<>();
        counts.forEach((entityType, ofEntity) ->
                ofEntity.forEach((type, count) -> all.add(new StoredTypeCount(entityType, type, count[0]))));
        all.sort(Comparator.comparing(StoredTypeCount::entityType)
                .thenComparing(count -> count.type().name())
                .thenComparing(count -> count.type().version()));
        return all;
    }
}
