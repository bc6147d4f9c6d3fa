package io.stele.runtime;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The thread of a worker. */
final class WorkerThread extends Thread {
    final Worker worker;
    /** What it has done for each kind of actors; belongs to it. */
    @Nullable TurnCounts[] counts = new TurnCounts[0];

    /** The class of plain actors that had the last turn, and what is counted about it. */
    @Nullable Class<?> lastType;

    @Nullable TypeMeters lastMeters;

    WorkerThread(Worker worker, String name) {
        super(worker, name);
        this.worker = worker;
        setDaemon(true);
    }

    /** Keeps what it does for the kind of that number. On this thread. */
    void put(int index, TurnCounts made) {
        if (index >= counts.length) {
            counts = Arrays.copyOf(counts, index + 1);
        }
        counts[index] = made;
    }
}
