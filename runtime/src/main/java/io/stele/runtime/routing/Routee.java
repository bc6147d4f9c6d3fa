package io.stele.runtime.routing;

import io.stele.runtime.ActorRef;
import java.nio.charset.StandardCharsets;

/**
 * One of those that a router chooses among, and what is known of it.
 *
 * <p>Any thread.
 *
 * @param <M> the messages
 */
final class Routee<M> {
    private static final double SMOOTHING = 1.0 / 8;
    private static final double FORGET_NS = 1e9;

    final ActorRef<M> ref;
    /** Stays the same as long as the address is called the same. */
    final long hash;
    /** Updated without a lock: two that meet lose one sample. */
    private volatile double latencyNs;

    private volatile long sampledNs;

    Routee(ActorRef<M> ref) {
        this.ref = ref;
        this.hash = hash(ref.toString());
    }

    /** A reply took so long. */
    void sample(long durationNs, long nowNs) {
        double before = latencyNs;
        latencyNs = before == 0 ? durationNs : before + SMOOTHING * (durationNs - before);
        sampledNs = nowNs;
    }

    /**
     * Returns how long a message would have to wait, about: how many wait, times what a reply took lately. What is long ago counts less
     * and less, so that one who was slow once is tried again.
     */
    double load(long nowNs) {
        double ageNs = Math.max(0, nowNs - sampledNs);
        return (ref.waitingCount() + 1) * (1 + latencyNs / (1 + ageNs / FORGET_NS));
    }

    /** FNV-1a over the UTF-8 form, mixed. */
    static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return mix(hash);
    }

    /** The finalizer of SplitMix64. */
    static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
