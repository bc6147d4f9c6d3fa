package io.stele.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Runs the actors of one system on the thread that asks for it, one turn at a time, in an order that a seed decides: the same seed and
 * the same messages give the same order, every time. For tests, which so can go through many orders and repeat the one that failed.
 *
 * <pre>
 *   SeededTurns turns = SeededTurns.of(seed);
 *   ActorSystem system = ActorSystem.builder().turns(turns).clock(clock)….build();
 *   ref.tell(message);
 *   turns.runUntilIdle();                      // nothing happens before
 *   clock.advance(Duration.ofHours(1));
 *   turns.tick();                              // timers that are due fire
 * </pre>
 *
 * <p>Such a system starts no thread of its own: recoveries and snapshots are turns like any other, and time passes only in
 * {@link #tick}. What somebody else's thread does (a journal that forces on its own, an {@code async} effect) may come in
 * between, and then the order is no longer the seed's alone.
 *
 * <h2>Threads</h2>
 * Any thread may make actors ready; one thread at a time runs them. A handler must not call it.
 */
public final class SeededTurns {
    private final SplittableRandom random;
    private final List<Runnable> ready = new ArrayList<>();
    private final List<Runnable> onTick = new ArrayList<>();
    private final Turns dispatcher = new Turns();
    private long turnCount;

    private SeededTurns(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Returns one whose order the seed decides; for one system. */
    public static SeededTurns of(long seed) {
        return new SeededTurns(seed);
    }

    /** Runs one turn of those that are ready; false if there is none. */
    public boolean runOne() {
        Runnable next;
        synchronized (this) {
            if (ready.isEmpty()) {
                return false;
            }
            int chosen = random.nextInt(ready.size());
            int last = ready.size() - 1;
            next = ready.get(chosen);
            ready.set(chosen, ready.get(last));
            ready.remove(last);
            turnCount++;
        }
        next.run();
        return true;
    }

    /** Runs turns until none is ready, and returns how many those were. */
    public long runUntilIdle() {
        long before = turnCount();
        while (runOne()) {}
        return turnCount() - before;
    }

    /** Runs turns until none is ready, then whatever is due by the system's clock, and so on until nothing is left to do. */
    public void tick() {
        runUntilIdle();
        do {
            List<Runnable> tasks;
            synchronized (this) {
                tasks = List.copyOf(onTick);
            }
            tasks.forEach(Runnable::run);
        } while (runUntilIdle() > 0);
    }

    /** Returns how many turns were run. */
    public synchronized long turnCount() {
        return turnCount;
    }

    /** Has a task run as a turn. */
    synchronized void later(Runnable task) {
        ready.add(task);
    }

    /** Has a task run at every tick. */
    synchronized void onTick(Runnable task) {
        onTick.add(task);
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    private final class Turns implements Dispatcher {

        @Override
        public void execute(Task task) {
            later(task::run);
        }

        @Override
        public void pause() {
            tick();
        }

        @Override
        public boolean close() {
            runUntilIdle();
            return true;
        }
    }
}
