package io.stele.runtime;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is counted about one kind of actors, all of them together; never about one actor.
 *
 * <pre>
 *   every turn       {@link TurnCounts} of the worker: turns, messages, events
 *   rare things      a striped counter each: restarts, rejections, …
 *   one message per tick of the watchdog (2 ms) travels in an {@link Envelope}: how long it waited, how long it took, how many waited
 * </pre>
 *
 * <p>So what is measured follows the clock, not the load: a flood is sampled 500 times a second, a trickle completely. Any thread.
 */
final class TypeMeters {
    final String type;
    final Sampler sampler = new Sampler();
    final LongAdder restarts = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder passivated = new LongAdder();
    final LongAdder recovered = new LongAdder();
    final LongAdder rejectedFull = new LongAdder();
    final LongAdder rejectedOpen = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder commandsRejected = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder stashed = new LongAdder();
    final LongAdder active = new LongAdder();
    final LongAdder snapshotsSaved = new LongAdder();
    final LongAdder snapshotsFailed = new LongAdder();
    /** When the last snapshot was saved, in milliseconds since 1970; 0 if none was since the start. */
    volatile long snapshotMs;

    private final int index;
    private final List<TurnCounts> counts = new CopyOnWriteArrayList<>();
    private final LongAdder otherTurns = new LongAdder();
    private final LongAdder otherMessages = new LongAdder();
    private final LongAdder otherEvents = new LongAdder();
    private final Timer wait;
    private final Timer processing;
    private final DistributionSummary depth;
    private final DistributionSummary snapshotBytes;

    /**
     * Starts at nothing.
     *
     * @param index its number among those of its system, from 0
     */
    TypeMeters(String type, int index, MeterNames names) {
        this.type = type;
        this.index = index;
        wait = names.mailboxWait(type);
        processing = names.processing(type);
        depth = names.mailboxDepth(type);
        snapshotBytes = names.snapshotBytes(type);
    }

    /** An envelope has come to its end. */
    void onHandled(Envelope envelope, long startNs, long endNs, int waiting) {
        wait.record(Math.max(0, startNs - envelope.sentNs), TimeUnit.NANOSECONDS);
        processing.record(Math.max(0, endNs - startNs), TimeUnit.NANOSECONDS);
        depth.record(waiting);
    }

    void onSnapshot(long nowMs, int bytes) {
        snapshotBytes.record(bytes);
        snapshotMs = nowMs;
        snapshotsSaved.increment();
    }

    void onRejected(Cell.Offer offer) {
        if (offer == Cell.Offer.FULL) {
            rejectedFull.increment();
        } else if (offer == Cell.Offer.OPEN) {
            rejectedOpen.increment();
        }
    }

    /** A turn of one of these actors is over. */
    void onTurn(int handled, long appended) {
        TurnCounts own = Thread.currentThread() instanceof WorkerThread worker ? countsOf(worker) : null;
        if (own != null) {
            own.add(handled, appended);
            return;
        }
        otherTurns.increment();
        otherMessages.add(handled);
        otherEvents.add(appended);
    }

    private @Nullable TurnCounts countsOf(WorkerThread worker) {
        @Nullable TurnCounts[] known = worker.counts;
        if (index < known.length) {
            TurnCounts own = known[index];
            if (own != null) {
                return own;
            }
        }
        return newCounts(worker);
    }

    private TurnCounts newCounts(WorkerThread worker) {
        TurnCounts made = new TurnCounts();
        worker.put(index, made);
        counts.add(made);
        return made;
    }

    long turns() {
        return otherTurns.sum() + sum(TurnCounts::turns);
    }

    long messages() {
        return otherMessages.sum() + sum(TurnCounts::messages);
    }

    long events() {
        return otherEvents.sum() + sum(TurnCounts::events);
    }

    private long sum(ToLongFunction<TurnCounts> part) {
        return counts.stream().mapToLong(part).sum();
    }
}
