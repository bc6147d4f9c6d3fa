package io.stele.runtime;

import java.util.AbstractQueue;
import java.util.Comparator;
import java.util.Iterator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jctools.queues.varhandle.unpadded.MpscGrowableVarHandleUnpaddedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Makes mailboxes: many threads add, one takes.
 *
 * <p>Those in order of arrival are JCTools' own queues. They start small and grow to their capacity; from then on they allocate
 * nothing. Only the one that drops its oldest message has its full size at once, since senders take from it too.
 */
abstract class OrderedMailbox extends AbstractQueue<Object> {

    /** Senders add to this without a lock. */
    static Queue<Object> arrivals(int capacity) {
        return new MpscGrowableVarHandleUnpaddedArrayQueue<>(2, Math.max(4, capacity));
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
