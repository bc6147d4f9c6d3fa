package io.stele.it;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Says now and then how far a campaign is, on the stream for errors. Any thread. */
final class Progress {
    private static final long EVERY_NS = TimeUnit.SECONDS.toNanos(10);

    private final PrintStream out;
    private final String campaign;
    private final long total;
    private final long startNs = System.nanoTime();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong nextNs = new AtomicLong(System.nanoTime() + EVERY_NS);

    private Progress(PrintStream out, String campaign, long total) {
        this.out = out;
        this.campaign = campaign;
        this.total = total;
    }

    /** Begins. */
    static Progress of(String campaign, long total) {
        return new Progress(System.err, campaign, total);
    }

    /** Counts one that is done. */
    void step() {
        step(1);
    }

    /** Counts some that are done. */
    void step(long count) {
        long now = done.addAndGet(count);
        long nowNs = System.nanoTime();
        long dueNs = nextNs.get();
        if (nowNs >= dueNs && nextNs.compareAndSet(dueNs, nowNs + EVERY_NS)) {
            double seconds = (nowNs - startNs) / 1e9;
            long left = (long) (seconds / now * (total - now));
            out.println(campaign + ": " + now + " of " + total + ", " + Math.round(seconds) + " s, about " + left
                    + " s to go");
        }
    }

    long done() {
        return done.get();
    }
}
