package io.stele.runtime;

import io.stele.spi.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Tells actors something later, or again and again. In memory: a crash forgets it. What must not be forgotten is
 * {@link Effect#startTimer}'s.
 *
 * <pre>
 *   Timer timer = system.timers().once(Duration.ofSeconds(5), ref, new Retry());
 *   timer.cancel();
 * </pre>
 *
 * <p>A message leaves never early and, unless the machine is busy, within some milliseconds. It is told once; if the mailbox is full
 * it is lost like any other. Starting and cancelling take as long with a million others waiting as with none.
 *
 * <h2>Threads</h2>
 * Any thread. Threads that use it at the same time rarely meet: there is a wheel for each of a few, and one thread that turns them all.
 */
public final class Timers {
    private static final int WHEEL_COUNT_MAX = 16;
    private static final int LISTS = 8_192;

    private final Clock clock;
    private final long startNs;
    private final Wheel[] wheels;
    private final LongAdder fired = new LongAdder();
    private Runnable onFirst = () -> {};

    Timers(Clock clock, int workerCount) {
        this.clock = clock;
        startNs = clock.nanoTime();
        wheels = new Wheel[Math.min(WHEEL_COUNT_MAX, Integer.highestOneBit(Math.max(1, 2 * workerCount - 1)))];
        for (int i = 0; i < wheels.length; i++) {
            wheels[i] = new Wheel();
        }
    }

    /**
     * Tells {@code message} to {@code to} after {@code delay}.
     *
     * @param delay at least zero
     * @param <M> the message
     */
    public <M> Timer once(Duration delay, ActorRef<? super M> to, M message) {
        return start(new Scheduled<M>(wheel(), to, message, 0), delay);
    }

    /**
     * Tells {@code message} to {@code to} after {@code period}, and again after each further one, until it is cancelled or the actor has
     * stopped. Times that have been missed are left out.
     *
     * @param period at least one millisecond
     * @param <M> the message
     */
    public <M> Timer every(Duration period, ActorRef<? super M> to, M message) {
        return every(period, period, to, message);
    }

    /**
     * As {@link #every(Duration, ActorRef, Object)}, for the first time after {@code delay}.
     *
     * @param delay at least zero
     * @param <M> the message
     */
    public <M> Timer every(Duration delay, Duration period, ActorRef<? super M> to, M message) {
        if (period.toMillis() < 1) {
            throw new IllegalArgumentException("period must be at least one millisecond: period=" + period);
        }
        return start(new Scheduled<M>(wheel(), to, message, period.toMillis()), delay);
    }

    private Timer start(Scheduled<?> scheduled, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative: delay=" + delay);
        }
        long dueNs = Math.addExact(clock.nanoTime() - startNs, delay.toNanos());
        long tick = Math.floorDiv(dueNs + TimeUnit.MILLISECONDS.toNanos(1) - 1, TimeUnit.MILLISECONDS.toNanos(1));
        scheduled.wheel.add(scheduled, tick);
        onFirst.run();
        return scheduled;
    }

    private Wheel wheel() {
        long id = Thread.currentThread().getId();
        return wheels[(int) (id ^ id >>> 4) & (wheels.length - 1)];
    }

    /** Sets what is called after each start, from any thread. */
    void onStart(Runnable action) {
        onFirst = action;
    }

    /** Returns how many wait. */
    public int count() {
        int count = 0;
        for (Wheel wheel : wheels) {
            count += wheel.count();
        }
        return count;
    }

    /** Returns how often one has fired since the start. */
    public long firedCount() {
        return fired.sum();
    }

    boolean isEmpty() {
        for (Wheel wheel : wheels) {
            if (wheel.count() > 0) {
                return false;
            }
        }
        return true;
    }

    /** Tells what is due. One thread at a time. */
    void tick() {
        long now = Math.floorDiv(clock.nanoTime() - startNs, TimeUnit.MILLISECONDS.toNanos(1));
        for (Wheel wheel : wheels) {
            fired.add(wheel.tick(now));
        }
    }

    /** A wheel and its lock. */
    private static final class Wheel {
        private final TimerWheel wheel = new TimerWheel(LISTS);
        private List<Scheduled<?>> due = new ArrayList<>();
        private volatile int count;

        synchronized void add(Scheduled<?> scheduled, long tick) {
            if (!scheduled.cancelled) {
                wheel.add(scheduled, tick);
                count = wheel.count();
            }
        }

        synchronized boolean cancel(Scheduled<?> scheduled) {
            boolean first = !scheduled.cancelled && (wheel.remove(scheduled) || scheduled.periodMs > 0);
            scheduled.cancelled = true;
            count = wheel.count();
            return first;
        }

        int count() {
            return count;
        }

        /** Takes out what is due under the lock, tells it outside, and returns how many that were. */
        int tick(long now) {
            if (count == 0) {
                return 0;
            }
            synchronized (this) {
                wheel.advance(now, entry -> {
                    if (entry instanceof Scheduled<?> scheduled) {
                        due.add(scheduled);
                    }
                });
                count = wheel.count();
            }
            for (Scheduled<?> scheduled : due) {
                scheduled.fire(now);
            }
            int firedCount = due.size();
            if (firedCount > LISTS) {
                due = new ArrayList<>();
            } else {
                due.clear();
            }
            return firedCount;
        }
    }

    /** One message, once or again and again. */
    private static final class Scheduled<M> extends TimerWheel.Entry implements Timer {
        private final Wheel wheel;
        private final ActorRef<? super M> to;
        private final M message;
        private final long periodMs;
        /** When it fired last; guarded by the thread that ticks. */
        private long firedAt = -1;

        private boolean cancelled;

        Scheduled(Wheel wheel, ActorRef<? super M> to, M message, long periodMs) {
            this.wheel = wheel;
            this.to = to;
            this.message = message;
            this.periodMs = periodMs;
        }

        void fire(long now) {
            boolean taken = to.tell(message);
            boolean goesOn = periodMs > 0 && (taken || !hasStopped(to));
            if (goesOn) {
                long planned = firedAt < 0 ? now : firedAt;
                long missed = (now - planned) / periodMs;
                firedAt = planned + missed * periodMs;
                wheel.add(this, firedAt + periodMs);
            }
        }

        private static boolean hasStopped(@Nullable Object actor) {
            return actor instanceof LocalActor<?> local && local.isClosed();
        }

        @Override
        public boolean cancel() {
            return wheel.cancel(this);
        }
    }
}
