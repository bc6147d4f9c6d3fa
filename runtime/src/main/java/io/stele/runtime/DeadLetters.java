package io.stele.runtime;

import io.stele.spi.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages that nobody has handled: counted, shown to whoever wants to know, and logged once a second at most.
 *
 * <p>Any thread.
 */
public final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final long LOG_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private final Map<DeadLetter.Reason, LongAdder> counts = new EnumMap<>(DeadLetter.Reason.class);
    private final AtomicLong logNextNs;
    private final List<Consumer<? super DeadLetter>> subscribers = new CopyOnWriteArrayList<>();

    DeadLetters(Clock clock) {
        this.clock = clock;
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            counts.put(reason, new LongAdder());
        }
        logNextNs = new AtomicLong(clock.nanoTime());
    }

    /** Returns how many there were since the start. */
    public long count() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Returns how many there were since the start for that reason. */
    public long count(DeadLetter.Reason reason) {
        LongAdder count = counts.get(reason);
        return count == null ? 0 : count.sum();
    }

    /**
     * Shows every dead letter from now on to {@code subscriber}, on the thread on which it is found; it must be quick. What it throws is
     * logged.
     *
     * @return ends that
     */
    public Subscription subscribe(Consumer<? super DeadLetter> subscriber) {
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }

    void add(Object message, String recipient, DeadLetter.Reason reason) {
        Objects.requireNonNull(counts.get(reason)).increment();
        if (!subscribers.isEmpty()) {
            DeadLetter letter = new DeadLetter(Ask.unwrap(message), recipient, reason);
            subscribers.forEach(subscriber -> show(subscriber, letter));
        }
        long nowNs = clock.nanoTime();
        long dueNs = logNextNs.get();
        if (nowNs - dueNs >= 0 && logNextNs.compareAndSet(dueNs, nowNs + LOG_INTERVAL_NS)) {
            LOG.warn(
                    "message was not handled: recipient={}, message={}, reason={}, deadLetterCount={}",
                    recipient,
                    Ask.unwrap(message).getClass().getName(),
                    reason,
                    count());
        }
    }

    private static void show(Consumer<? super DeadLetter> subscriber, DeadLetter letter) {
        try {
            subscriber.accept(letter);
        } catch (RuntimeException e) {
            LOG.error("subscriber of dead letters threw: recipient={}", letter.recipient(), e);
        }
    }

    /** A subscription that can be ended. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        /** Ends it. */
        @Override
        void close();
    }
}
