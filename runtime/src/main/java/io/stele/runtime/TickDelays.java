package io.stele.runtime;

import io.stele.spi.Clock;
import java.util.ArrayList;
import java.util.List;

/** Delays of a system without threads: they end in {@link SeededTurns#tick}, by the system's clock. */
final class TickDelays implements Delays {
    private final Clock clock;
    private final List<Delay> waiting = new ArrayList<>();

    /** Something to do at a time. */
    private record Delay(long dueNs, Runnable action) {}

    TickDelays(SeededTurns turns, Clock clock) {
        this.clock = clock;
        turns.onTick(this::runDue);
    }

    @Override
    public synchronized void after(long delayNs, Runnable action) {
        waiting.add(new Delay(clock.nanoTime() + delayNs, action));
    }

    private void runDue() {
        List<Delay> due = new ArrayList<>();
        synchronized (this) {
            long nowNs = clock.nanoTime();
            for (Delay delay : waiting) {
                if (delay.dueNs() - nowNs <= 0) {
                    due.add(delay);
                }
            }
            waiting.removeAll(due);
        }
        due.forEach(delay -> delay.action().run());
    }

    @Override
    public synchronized void close() {
        waiting.clear();
    }
}
