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
        try {
            while (!stopped) {
                long startNs = clock.nanoTime();
                boolean farBehind = follow();
                long workedNs = clock.nanoTime() - startNs;
                LockSupport.parkNanos(this, farBehind ? 1 : Math.max(TURN_NS, PAUSE_FACTOR * workedNs));
            }
        } catch (RuntimeException e) {
            LOG.warn(
                    "position index is no longer kept up to date; nothing is lost, replays and the next opening take longer: "
                            + "cause={}",
                    e.toString());
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
