package io.stele.admin;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.stele.journal.ChronicleJournal;
import io.stele.runtime.ActorSystem;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a system has counted, for people; of one that counts nothing, what its journal knows anyway. Any thread. */
final class Counts {
    private static final String TYPE = "type";

    private final @Nullable MeterRegistry registry;
    private final @Nullable ChronicleJournal journal;

    Counts(ActorSystem system, @Nullable ChronicleJournal journal) {
        registry = system.meterRegistry();
        this.journal = journal;
    }

    /** Returns how many events were stored since the start; how many records, if nobody counts events. Null without a journal. */
    @Nullable Long events() {
        if (registry != null) {
            return (long) registry.find("stele.actor.events").functionCounters().stream()
                    .mapToDouble(FunctionCounter::count)
                    .sum();
        }
        if (journal == null) {
            return null;
        }
        long records = 0;
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            records += journal.stats(lane).records();
        }
        return records;
    }

    /** Adds to {@code tree} what was counted about actors of one type: nothing, if nobody counts. */
    void addTo(Map<String, Object> tree, String type) {
        MeterRegistry counted = registry;
        if (counted == null) {
            return;
        }
        tree.put("handled", count(counted, "stele.actor.messages", type));
        tree.put("restarts", count(counted, "stele.actor.restarts", type));
        Timer processing =
                counted.find("stele.actor.processing").tag(TYPE, type).timer();
        if (processing == null) {
            return;
        }
        for (ValueAtPercentile value : processing.takeSnapshot().percentileValues()) {
            long ns = Math.round(value.value(TimeUnit.NANOSECONDS));
            if (value.percentile() == 0.5) {
                tree.put("p50Ns", ns);
            } else if (value.percentile() == 0.99) {
                tree.put("p99Ns", ns);
            }
        }
    }

    private static long count(MeterRegistry registry, String name, String type) {
        FunctionCounter counter = registry.find(name).tag(TYPE, type).functionCounter();
        return counter == null ? 0 : (long) counter.count();
    }
}
