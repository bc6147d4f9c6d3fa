package io.stele.runtime;

import java.util.Comparator;
import java.util.function.Predicate;

/**
 * How the messages of one actor wait.
 *
 * @param capacity how many may wait, 2 to 1,048,576; a mailbox grows up to it as needed
 * @param overflow what happens to one more
 * @param order who is handled next
 */
public record MailboxOptions(int capacity, Overflow overflow, Order order) {
    static final int CAPACITY_MAX = 1 << 20;
    private static final int CAPACITY_DEFAULT = 1 << 14;
    private static final MailboxOptions STANDARD =
            new MailboxOptions(CAPACITY_DEFAULT, Overflow.reject(), new Order.Arrival());

    public MailboxOptions {
        if (capacity < 2 || capacity > CAPACITY_MAX) {
            throw new IllegalArgumentException("mailboxCapacity is out of range: mailboxCapacity=" + capacity
                    + ", mailboxCapacityMin=2, mailboxCapacityMax=" + CAPACITY_MAX);
        }
        if (overflow instanceof Overflow.DropOldest && !(order instanceof Order.Arrival)) {
            throw new IllegalArgumentException(
                    "the oldest message can be dropped from a mailbox in order of arrival only: order=" + order);
        }
    }

    /** Returns 16,384 messages in order of arrival; one more is rejected. */
    public static MailboxOptions standard() {
        return STANDARD;
    }

    /** Returns these options with another capacity. */
    public MailboxOptions withCapacity(int value) {
        return new MailboxOptions(value, overflow, order);
    }

    /** Returns these options with another answer to one message too many. */
    public MailboxOptions withOverflow(Overflow value) {
        return new MailboxOptions(capacity, value, order);
    }

    /**
     * Returns these options with an order of priority: the smallest message first, those that are equal in order of arrival.
     *
     * @param comparator compares messages, without the envelope of an ask
     */
    public MailboxOptions prioritised(Comparator<Object> comparator) {
        return new MailboxOptions(capacity, overflow, new Order.Priority(comparator));
    }

    /**
     * Returns these options with messages that overtake all others, in order of arrival among themselves. They have room of their own,
     * as much as the others.
     *
     * @param isControl says which ones they are; must be quick, and safe on any thread
     */
    public MailboxOptions withControl(Predicate<Object> isControl) {
        return new MailboxOptions(capacity, overflow, new Order.ControlFirst(isControl));
    }

    /** Who is handled next. */
    public sealed interface Order {

        /** Whoever came first. */
        record Arrival() implements Order {}

        /**
         * The smallest.
         *
         * @param comparator compares messages, without the envelope of an ask
         */
        record Priority(Comparator<Object> comparator) implements Order {}

        /**
         * Control messages, then the others.
         *
         * @param isControl says which ones they are
         */
        record ControlFirst(Predicate<Object> isControl) implements Order {}
    }
}
