package io.stele.journal;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the position indexes of all lanes close behind their writers. One thread per journal. */
final class IndexThread implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexThread.class);
    private static final long TURN_NS = 200_000_000L;

    private final List<Lane> lanes;
    private final Thread thread;
    private volatile boolean stopped;

    IndexThread(List<Lane> lanes) {
        this.lanes = lanes;
        thread = new Thread(this, "stele-index");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopped = true;
        Threads.stop(thread);
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                for (Lane lane : lanes) {
                    lane.index().follow(lane.sync().durablePosition());
                }
                LockSupport.parkNanos(this, TURN_NS);
            }
        } catch (RuntimeException e) {
            LOG.warn(
                    "position index is no longer kept up to date; nothing is lost, replays and the next opening take longer: "
                            + "cause={}",
                    e.toString());
        }
    }
}
