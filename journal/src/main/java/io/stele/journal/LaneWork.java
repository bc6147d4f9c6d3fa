package io.stele.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Has something done for every lane of a journal that is being opened, by as many threads as there are processors: lanes know nothing of
 * each other. Where the machine is simulated, it is done by the thread that calls, lane by lane.
 *
 * <p>Confined to the thread that opens.
 *
 * @param laneCount how many lanes
 * @param threads who does it; null for the caller
 */
record LaneWork(int laneCount, @Nullable ExecutorService threads) implements AutoCloseable {

    /** What is done for one lane. */
    @FunctionalInterface
    interface Step {
        void run(int lane) throws IOException;
    }

    static LaneWork of(int laneCount, JournalMachine machine) {
        int count = Math.min(laneCount, Runtime.getRuntime().availableProcessors());
        boolean isReal = machine.storage() instanceof FileSegmentStorage;
        return new LaneWork(laneCount, isReal && count > 1 ? pool(count + 1) : null);
    }

    private static ExecutorService pool(int count) {
        return Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, "stele-opening");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Has something begun that will be asked for later, so that nobody has to wait for it then. What goes wrong with it shows when it is
     * asked for.
     */
    void beside(Callable<?> early) {
        if (threads != null) {
            Future<?> unused = threads.submit(early);
        }
    }

    /** Does it for every lane, and waits for all of them. Throws what went wrong with the first lane that something went wrong with. */
    void each(Step step) throws IOException {
        if (threads == null) {
            for (int lane = 0; lane < laneCount; lane++) {
                step.run(lane);
            }
            return;
        }
        List<Future<?>> begun = new ArrayList<>(laneCount);
        for (int lane = 0; lane < laneCount; lane++) {
            int own = lane;
            begun.add(threads.submit(() -> {
                step.run(own);
                return own;
            }));
        }
        Throwable failure = null;
        for (Future<?> lane : begun) {
            Throwable thrown = failureOf(lane);
            failure = failure == null ? thrown : failure;
        }
        rethrow(failure);
    }

    private static @Nullable Throwable failureOf(Future<?> lane) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    lane.get();
                    return null;
                } catch (InterruptedException e) {
                    interrupted = true; // an opening that is cut short would leave its threads at work
                } catch (ExecutionException e) {
                    return e.getCause();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void rethrow(@Nullable Throwable failure) throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.shutdown();
        }
    }
}
