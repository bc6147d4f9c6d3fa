package io.stele.journal;

import io.stele.spi.Clock;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the position indexes of all lanes close behind their writers. One thread per journal. */
final class IndexThread implements JournalMachine.Worker {
    private static final Logger LOG = LoggerFactory.getLogger(IndexThread.class);
    private static final long TURN_NS = 200_000_000L;
    /** How much longer it pauses than it works: an index is worth a quarter of a processor, unless it falls far behind. */
    private static final int PAUSE_FACTOR = 3;

    /** After a failure: a disk that is full may have room again. Doubles up to some 5 minutes. */
    private static final long RETRY_NS = 1_000_000_000L;

    private static final int RETRY_DOUBLINGS_MAX = 8;

    private final List<Lane> lanes;
    private final Clock clock;
    private final JournalMachine.Workers workers;
    private final Thread thread;
    private volatile boolean stopped;

    IndexThread(List<Lane> lanes, Clock clock, JournalMachine.Workers workers) {
        this.lanes = lanes;
        this.clock = clock;
        this.workers = workers;
        thread = workers.create(this, "stele-index");
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopped = true;
        workers.stop(thread);
    }

    @Override
    public void run() {
        int failures = 0;
        while (!stopped) {
            long startNs = clock.nanoTime();
            boolean farBehind = false;
            try {
                farBehind = follow();
                failures = 0;
            } catch (RuntimeException e) {
                failures++;
                warn(e, failures);
            }
            long workedNs = clock.nanoTime() - startNs;
            pause(
                    failures > 0
                            ? RETRY_NS << Math.min(failures - 1, RETRY_DOUBLINGS_MAX)
                            : farBehind ? 1 : Math.max(TURN_NS, PAUSE_FACTOR * workedNs));
        }
    }

    private static void warn(RuntimeException cause, int failures) {
        if (failures == 1) {
            LOG.warn(
                    "position index cannot be kept up to date, which is tried again; nothing is lost, replays and the next "
                            + "opening take longer: cause={}",
                    cause.toString());
        }
    }

    private void pause(long pauseNs) {
        if (!stopped) {
            LockSupport.parkNanos(this, pauseNs);
        }
    }

    @Override
    public void turn() {
        follow();
    }

    private boolean follow() {
        boolean farBehind = false;
        for (Lane lane : lanes) {
            farBehind |= lane.index().follow(lane.sync().durablePosition());
        }
        return farBehind;
    }
}
