package io.stele.runtime;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Holds replies and side effects back until the events they report are durable, so that nobody learns of an event that a crash
 * can undo.
 *
 * <pre>
 *    head              tail
 *     v                 v
 *   [ 40 ][ 41 ][ 45 ][    ]      release(41) delivers the first two
 * </pre>
 *
 * <p>Not thread-safe: confined to its actor. Grows by doubling up to its capacity and is given up when the actor leaves
 * memory; in between it allocates nothing. Until somebody waits it has no slots at all.
 */
final class ReplyGate {
    private static final int SLOTS_MIN = 4;
    /** What an actor has that never let anybody wait: never written to. */
    private static final long[] NO_POSITIONS = new long[1];

    private static final @Nullable Recipient[] NO_RECIPIENTS = new Recipient[1];
    private static final @Nullable Object[] NO_MESSAGES = new Object[1];

    private final int capacity;
    private long[] positions = NO_POSITIONS;
    private @Nullable Recipient[] recipients = NO_RECIPIENTS;
    private @Nullable Object[] messages = NO_MESSAGES;
    private long head;
    private long tail;

    /**
     * Starts empty.
     *
     * @param capacity how many may wait at once, a power of two, at least 4
     */
    ReplyGate(int capacity) {
        if (Integer.bitCount(capacity) != 1 || capacity < SLOTS_MIN) {
            throw new IllegalArgumentException("capacity must be a power of two from 4 on: capacity=" + capacity);
        }
        this.capacity = capacity;
    }

    /** Returns whether nothing waits. */
    boolean isEmpty() {
        return head == tail;
    }

    /** Returns whether {@code count} more have room. */
    boolean hasRoom(int count) {
        return capacity - (tail - head) >= count;
    }

    /**
     * Returns the position that the oldest one waits for; {@link Long#MAX_VALUE} if nothing waits. Whoever calls it while the next turn
     * is under way may get any position, but nothing worse.
     */
    long headPosition() {
        long[] those = positions;
        return isEmpty() ? Long.MAX_VALUE : those[(int) head & (those.length - 1)];
    }

    /**
     * Lets {@code recipient} wait for {@code position}. O(1), amortised.
     *
     * @param position at least that of the one before
     */
    void park(long position, Recipient recipient, @Nullable Object message) {
        assert isEmpty() || position >= positions[slot(tail - 1)] : "positions must not decrease";
        if (positions == NO_POSITIONS) {
            positions = new long[SLOTS_MIN];
            recipients = new Recipient[SLOTS_MIN];
            messages = new Object[SLOTS_MIN];
        } else if (tail - head == positions.length) {
            grow();
        }
        int slot = slot(tail);
        positions[slot] = position;
        recipients[slot] = recipient;
        messages[slot] = message;
        tail++;
    }

    /**
     * Delivers to everyone who waits at or below {@code durablePosition}, oldest first. O(released).
     *
     * @return how many were delivered to
     */
    int release(long durablePosition) {
        int released = 0;
        while (headPosition() <= durablePosition && !isEmpty()) {
            int slot = slot(head);
            Object message = messages[slot];
            takeHead(slot).deliver(message);
            released++;
        }
        return released;
    }

    /** Fails everyone who still waits, oldest first. */
    void failAll(ActorException cause) {
        while (!isEmpty()) {
            takeHead(slot(head)).fail(cause);
        }
    }

    /** Frees the slot first: a recipient that throws must not be delivered to twice. */
    private Recipient takeHead(int slot) {
        Recipient recipient = recipients[slot];
        assert recipient != null : "an occupied slot is complete";
        recipients[slot] = null;
        messages[slot] = null;
        head++;
        return recipient;
    }

    private void grow() {
        if (positions.length == capacity) {
            throw new IllegalStateException("reply gate is full, its owner must ask first: capacity=" + capacity);
        }
        int waiting = (int) (tail - head);
        long[] positionsBefore = positions;
        @Nullable Recipient[] recipientsBefore = recipients;
        @Nullable Object[] messagesBefore = messages;
        int start = slot(head);
        int untilEnd = positionsBefore.length - start;
        positions = Arrays.copyOfRange(positionsBefore, start, start + positionsBefore.length * 2);
        recipients = Arrays.copyOfRange(recipientsBefore, start, start + recipientsBefore.length * 2);
        messages = Arrays.copyOfRange(messagesBefore, start, start + messagesBefore.length * 2);
        System.arraycopy(positionsBefore, 0, positions, untilEnd, start);
        System.arraycopy(recipientsBefore, 0, recipients, untilEnd, start);
        System.arraycopy(messagesBefore, 0, messages, untilEnd, start);
        head = 0;
        tail = waiting;
    }

    private int slot(long counter) {
        return (int) counter & (positions.length - 1);
    }
}
