package io.stele.remote;

/**
 * Says how sure one may be that a peer is gone, from how regularly it was heard of before: the phi-accrual failure detector of
 * Hayashibara, Défago, Yared and Katayama (SRDS 2004), with the logistic approximation of the normal distribution's tail.
 *
 * <pre>
 *   phi = −log10( probability that a heartbeat comes later than now )         1: wrong once in ten times, 8: once in 10⁸
 * </pre>
 *
 * <p>Confined to one thread.
 */
final class PhiDetector {
    private static final int SAMPLES = 100;
    private static final double SLOPE = 1.5976;
    private static final double CURVE = 0.070566;

    private final long[] intervals = new long[SAMPLES];
    private final double deviationMinNs;
    private final long pauseNs;
    private int count;
    private int next;
    private double sum;
    private double squares;
    private long lastNs;
    private boolean heard;

    /**
     * @param firstIntervalNs what is expected before anything is known
     * @param pauseNs how long a peer may be silent beyond what is usual, above 0: collections of its garbage, say
     */
    PhiDetector(long firstIntervalNs, long pauseNs) {
        this.pauseNs = pauseNs;
        deviationMinNs = Math.max(1, firstIntervalNs / 10.0);
        add(firstIntervalNs - firstIntervalNs / 4);
        add(firstIntervalNs + firstIntervalNs / 4);
    }

    /** The peer was heard of. */
    void onHeard(long nowNs) {
        if (heard) {
            add(nowNs - lastNs);
        }
        heard = true;
        lastNs = nowNs;
    }

    /** Begins anew: what was before the peer was lost says nothing. */
    void restart(long nowNs) {
        heard = true;
        lastNs = nowNs;
    }

    private void add(long intervalNs) {
        if (count == SAMPLES) {
            double oldest = intervals[next];
            sum -= oldest;
            squares -= oldest * oldest;
        } else {
            count++;
        }
        intervals[next] = intervalNs;
        next = (next + 1) % SAMPLES;
        sum += intervalNs;
        squares += (double) intervalNs * intervalNs;
    }

    /** Returns 0 if nothing was expected yet; grows without bound. */
    double phi(long nowNs) {
        if (!heard) {
            return 0;
        }
        double mean = sum / count;
        double deviation = Math.max(deviationMinNs, Math.sqrt(Math.max(0, squares / count - mean * mean)));
        double y = (nowNs - lastNs - mean - pauseNs) / deviation;
        double e = -y * (SLOPE + CURVE * y * y);
        if (y > 0) {
            // e is negative: 1 − 1 / (1 + exp(e)) without its cancellation; beyond 700 exp is 0
            return (-e + Math.log1p(Math.exp(e))) / Math.log(10);
        }
        return -Math.log10(1 - 1 / (1 + Math.exp(e)));
    }

    /** Returns how long ago the peer was heard of. */
    long silentNs(long nowNs) {
        return heard ? nowNs - lastNs : 0;
    }
}
