package io.stele.runtime;

import java.util.AbstractQueue;
import java.util.Comparator;
import java.util.Iterator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jctools.queues.varhandle.MpscGrowableVarHandleArrayQueue;
import org.jctools.queues.varhandle.unpadded.MpscGrowableVarHandleUnpaddedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Makes mailboxes: many threads add, one takes.
 *
 * <p>Those in order of arrival are JCTools' own queues. They start small and grow to their capacity; from then on they allocate
 * nothing. Only the one that drops its oldest message has its full size at once, since senders take from it too.
 */
abstract class OrderedMailbox extends AbstractQueue<Object> {

    private static final int SMALL = 64;

    /** Senders add to this without a lock. */
    static Queue<Object> arrivals(int capacity) {
        return capacity <= SMALL
                ? new MpscGrowableVarHandleUnpaddedArrayQueue<>(2, Math.max(4, capacity))
                : new Arrivals(SMALL, capacity);
    }

    /** As {@link #arrivals}, growing already when {@code small} messages wait. */
    static Queue<Object> growing(int small, int capacity) {
        return new Arrivals(small, capacity);
    }

    /**
     * In order of arrival. Begins with a queue that costs an idle actor next to nothing, in which senders and receiver get in each
     * other's way; the first time that more than a few messages wait, one takes over that is large and keeps them apart.
     *
     * <p>A sender that has not seen the large one yet adds to the small one, and only then, if it is quick, to the large one. So whoever
     * sees a message in the large one and looks into the small one <em>afterwards</em> misses nothing that was sent before it.
     */
    private static final class Arrivals extends OrderedMailbox {
        private final int capacity;
        private final int smallCapacity;
        private final Queue<Object> small;
        private volatile @Nullable Queue<Object> large;

        Arrivals(int smallCapacity, int capacity) {
            this.smallCapacity = smallCapacity;
            this.capacity = capacity;
            small = new MpscGrowableVarHandleUnpaddedArrayQueue<>(2, smallCapacity);
        }

        @Override
        public boolean offer(Object message) {
            Queue<Object> busy = large;
            if (busy == null) {
                if (small.offer(message)) {
                    return true;
                }
                busy = grow();
            }
            return busy.offer(message);
        }

        private synchronized Queue<Object> grow() {
            Queue<Object> busy = large;
            if (busy == null) {
                busy = new MpscGrowableVarHandleArrayQueue<>(smallCapacity, Math.max(4 * smallCapacity, capacity));
                large = busy;
            }
            return busy;
        }

        @Override
        public @Nullable Object poll() {
            Object message = small.poll();
            Queue<Object> busy = large;
            if (message != null || busy == null || busy.isEmpty()) {
                return message;
            }
            message = small.poll();
            return message == null ? busy.poll() : message;
        }

        @Override
        public boolean isEmpty() {
            Queue<Object> busy = large;
            return small.isEmpty() && (busy == null || busy.isEmpty());
        }

        @Override
        public int size() {
            Queue<Object> busy = large;
            return small.size() + (busy == null ? 0 : busy.size());
        }
    }

    @Override
    public final Iterator<Object> iterator() {
        throw new UnsupportedOperationException("a mailbox cannot be looked through");
    }

    @Override
    public final @Nullable Object peek() {
        throw new UnsupportedOperationException("a mailbox cannot be looked into");
    }

    /** The smallest message first, those that are equal in order of arrival. */
    static final class Prioritised extends OrderedMailbox {
        private final int capacity;
        private final Queue<Object> arrivals;
        private final PriorityQueue<Numbered> sorted;
        private final AtomicInteger size = new AtomicInteger();
        private long arrived;

        /** A message and when it came. */
        private record Numbered(Object message, long number) {}

        Prioritised(int capacity, Comparator<Object> comparator) {
            this.capacity = capacity;
            arrivals = arrivals(capacity);
            sorted = new PriorityQueue<>(
                    Comparator.<Numbered, Object>comparing(one -> Ask.unwrap(one.message), comparator)
                            .thenComparingLong(Numbered::number));
        }

        @Override
        public boolean offer(Object message) {
            if (size.incrementAndGet() > capacity || !arrivals.offer(message)) {
                size.decrementAndGet();
                return false;
            }
            return true;
        }

        @Override
        public @Nullable Object poll() {
            for (Object message = arrivals.poll(); message != null; message = arrivals.poll()) {
                sorted.add(new Numbered(message, arrived++));
            }
            Numbered smallest = sorted.poll();
            if (smallest == null) {
                return null;
            }
            size.decrementAndGet();
            return smallest.message;
        }

        @Override
        public int size() {
            return size.get();
        }
    }

    /** Control messages, then the others. */
    static final class ControlFirst extends OrderedMailbox {
        private final Predicate<Object> isControl;
        private final Queue<Object> control;
        private final Queue<Object> others;

        ControlFirst(int capacity, Predicate<Object> isControl) {
            this.isControl = isControl;
            control = arrivals(capacity);
            others = arrivals(capacity);
        }

        @Override
        public boolean offer(Object message) {
            return isControl.test(Ask.unwrap(message)) ? control.offer(message) : others.offer(message);
        }

        @Override
        public @Nullable Object poll() {
            Object message = control.poll();
            return message == null ? others.poll() : message;
        }

        @Override
        public int size() {
            return control.size() + others.size();
        }
    }
}
