package io.stele.runtime;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/**
 * How meters are made: every name begins with {@code stele.}, times are in seconds, sizes in bytes, and distributions have percentiles
 * (of HdrHistogram, over the last minute).
 *
 * <p>Any thread.
 */
final class MeterNames {
    static final String TYPE = "type";

    private static final double[] PERCENTILES = {0.5, 0.9, 0.99, 0.999};
    private static final Duration EXPIRY = Duration.ofMinutes(1);

    private final MeterRegistry registry;

    MeterNames(MeterRegistry registry) {
        this.registry = registry;
    }

    Timer timer(String name, String description, String... tags) {
        return Timer.builder(name)
                .description(description)
                .tags(tags)
                .publishPercentiles(PERCENTILES)
                .distributionStatisticExpiry(EXPIRY)
                .register(registry);
    }

    DistributionSummary summary(String name, String unit, String description, String... tags) {
        return DistributionSummary.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .publishPercentiles(PERCENTILES)
                .distributionStatisticExpiry(EXPIRY)
                .register(registry);
    }

    /** A count that only grows, read when somebody asks. */
    <T> void counter(String name, String unit, String description, T from, ToDoubleFunction<T> count, String... tags) {
        FunctionCounter.builder(name, from, count)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }

    /** A value that goes up and down, read when somebody asks. */
    <T> void gauge(String name, String unit, String description, T from, ToDoubleFunction<T> value, String... tags) {
        Gauge.builder(name, from, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    Timer mailboxWait(String type) {
        return timer("stele.mailbox.wait", "From tell until the handler began, of sampled messages", TYPE, type);
    }

    Timer processing(String type) {
        return timer(
                "stele.actor.processing",
                "In the handler, append and event handler included, of sampled messages",
                TYPE,
                type);
    }

    DistributionSummary mailboxDepth(String type) {
        return summary(
                "stele.mailbox.depth",
                "messages",
                "How many messages waited behind a sampled one when it was handled, in one mailbox",
                TYPE,
                type);
    }

    DistributionSummary snapshotBytes(String type) {
        return summary("stele.snapshot.size", "bytes", "Length of the snapshots that were saved, encoded", TYPE, type);
    }
}
