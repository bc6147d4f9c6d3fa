package io.stele.remote;

import io.stele.runtime.ActorException;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a reliable address has sent and has no acknowledgement of.
 *
 * <pre>
 *   numbers   [ 7 ][ 8 ][ 9 ][ 10 ] …
 *               ^         ^
 *               oldest    next to be sent: goes back to the oldest when a connection is lost, or nothing is heard for too long
 * </pre>
 *
 * <p>Confined to the loop of its stream, but for the count.
 */
final class ReliableStream {
    /** The same in every life of its sender if that is persistent; otherwise of this life alone. */
    final String key;

    private final ArrayDeque<Outgoing.Numbered> sent = new ArrayDeque<>();
    private final ArrayDeque<Outgoing.Numbered> unsent = new ArrayDeque<>();
    private final AtomicInteger count = new AtomicInteger();
    private final LongAdder total;
    private final int countMax;
    private final long resendFirstNs;
    private final long resendMaxNs;
    private long lastNumber;
    private long resendNs;
    private long quietSinceNs;

    /** On which connection it has a number, and that number. */
    long definedOn;

    int number;
    boolean isListed;
    private volatile @Nullable Progress progress;

    /** @param total counts what all streams to the same peer have no acknowledgement of */
    ReliableStream(String key, long lastNumber, LongAdder total, int countMax, long resendFirstNs, long resendMaxNs) {
        this.key = key;
        this.total = total;
        this.countMax = countMax;
        this.resendFirstNs = resendFirstNs;
        this.resendMaxNs = resendMaxNs;
        this.lastNumber = lastNumber;
        resendNs = resendFirstNs;
    }

    /** Reserves a place for one more; false if there is none. Any thread. */
    boolean reserve() {
        if (count.incrementAndGet() <= countMax) {
            total.increment();
            return true;
        }
        count.decrementAndGet();
        return false;
    }

    /** Gives it back. Any thread. */
    void unreserve() {
        count.decrementAndGet();
        total.decrement();
    }

    /** Returns how many have no acknowledgement. Any thread. */
    int count() {
        return count.get();
    }

    void append(Outgoing.Numbered message, long nowNs) {
        if (isEmpty()) {
            quietSinceNs = nowNs;
        }
        message.number = ++lastNumber;
        unsent.add(message);
    }

    /** Returns the number of the first that has no acknowledgement; the next one's if all have. */
    long oldest() {
        Outgoing.Numbered first = first();
        return first == null ? lastNumber + 1 : first.number;
    }

    private Outgoing.@Nullable Numbered first() {
        Outgoing.Numbered first = sent.peek();
        return first == null ? unsent.peek() : first;
    }

    /** Returns the next to be sent; null if there is none. */
    Outgoing.@Nullable Numbered next() {
        return unsent.peek();
    }

    /** The next was sent. */
    void onSent() {
        sent.add(unsent.remove());
    }

    /** The next cannot be sent at all. The peer passes over its number once all before it have arrived. */
    void dropNext() {
        unsent.remove();
        unreserve();
    }

    /** All up to {@code upTo} have arrived; returns how many those are that were not known to have. */
    int onAcknowledged(long upTo, long nowNs) {
        int gone = 0;
        for (Outgoing.Numbered first = first(); first != null && first.number <= upTo; first = first()) {
            if (sent.poll() == null) {
                unsent.poll();
            }
            gone++;
        }
        if (gone > 0) {
            count.addAndGet(-gone);
            total.add(-gone);
            quietSinceNs = nowNs;
            resendNs = resendFirstNs;
        }
        return gone;
    }

    /** Takes one out that will never be taken over there; null if it is not here any more. All before it have arrived. */
    Outgoing.@Nullable Numbered onRejected(long rejected, long nowNs) {
        onAcknowledged(rejected - 1, nowNs);
        Outgoing.Numbered first = first();
        if (first == null || first.number != rejected) {
            return null;
        }
        onAcknowledged(rejected, nowNs);
        return first;
    }

    /** The connection is lost, and with it whatever was under way. */
    void rewind(long nowNs) {
        for (Outgoing.Numbered last = sent.pollLast(); last != null; last = sent.pollLast()) {
            unsent.addFirst(last);
        }
        quietSinceNs = nowNs;
    }

    /** Goes back to the oldest if nothing was heard for too long; returns whether it did. */
    boolean rewindIfDue(long nowNs) {
        if (sent.isEmpty() || nowNs - quietSinceNs < resendNs) {
            return false;
        }
        rewind(nowNs);
        resendNs = Math.min(resendMaxNs, 2 * resendNs);
        return true;
    }

    /** All up to a number have arrived. */
    void onAllUpTo(long upTo) {
        Progress known = progress;
        if (known != null) {
            known.onArrived(upTo);
        }
    }

    /** A message will never arrive. */
    void onEnd(Outgoing.Numbered message, ActorException cause) {
        Progress known = progress;
        if (known != null) {
            known.onRejected(message, cause);
        }
    }

    /** Has somebody told how far it has come. Before the first message. */
    void progress(Progress value) {
        progress = value;
    }

    /** Wants to know how far a stream has come. On the stream's loop. */
    interface Progress {
        void onArrived(long upTo);

        void onRejected(Outgoing.Numbered message, ActorException cause);
    }

    boolean isEmpty() {
        return sent.isEmpty() && unsent.isEmpty();
    }
}
