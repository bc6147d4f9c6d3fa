package io.stele.runtime;

import java.time.Duration;

/**
 * How the actors of one kind are run: on which threads, with what mailbox, and when they are spared.
 *
 * @param dispatcher {@link #DEFAULT_DISPATCHER}, {@link #PINNED_DISPATCHER}, {@link #BLOCKING_DISPATCHER}, or one that the system's
 *     builder was given
 * @param mailbox how messages wait
 * @param shedding whether messages are refused before latency collapses
 * @param breaker when an actor that fails again and again is left alone
 */
public record ActorOptions(String dispatcher, MailboxOptions mailbox, Shedding shedding, Breaker breaker) {
    /** The workers of the system. */
    public static final String DEFAULT_DISPATCHER = "default";

    /** A thread for each actor. */
    public static final String PINNED_DISPATCHER = "pinned";

    /** Threads for actors that wait: virtual ones where there are any. */
    public static final String BLOCKING_DISPATCHER = "blocking";

    private static final ActorOptions STANDARD =
            new ActorOptions(DEFAULT_DISPATCHER, MailboxOptions.standard(), Shedding.OFF, Breaker.off());

    /** Whether messages are refused before latency collapses. */
    public enum Shedding {
        /** Only the capacity of the mailbox counts. */
        OFF,
        /**
         * How many messages of all actors of a kind may be on their way is worked out from how long they take (Netflix's Gradient2
         * limit): when that grows, less is taken. What is too much is treated as if the mailbox were full. Costs an envelope and two
         * readings of the clock for each message.
         */
        ADAPTIVE
    }

    /**
     * When an actor is left alone: after {@code failuresInARow} of its handler's failures its messages are refused with
     * {@link CircuitOpenException}; after {@code openFor} one is let through, and what comes of that one decides.
     *
     * @param failuresInARow at least 1; 0 for never
     * @param openFor how long messages are refused
     */
    public record Breaker(int failuresInARow, Duration openFor) {
        public Breaker {
            if (failuresInARow < 0 || openFor.isNegative()) {
                throw new IllegalArgumentException(
                        "breaker is out of range: failuresInARow=" + failuresInARow + ", openFor=" + openFor);
            }
        }

        /** Returns one that never opens. */
        public static Breaker off() {
            return new Breaker(0, Duration.ZERO);
        }
    }

    /** Returns the system's workers, the standard mailbox, nothing shed, no breaker. */
    public static ActorOptions standard() {
        return STANDARD;
    }

    /** Returns these options with another dispatcher. */
    public ActorOptions withDispatcher(String value) {
        return new ActorOptions(value, mailbox, shedding, breaker);
    }

    /** Returns these options with another mailbox. */
    public ActorOptions withMailbox(MailboxOptions value) {
        return new ActorOptions(dispatcher, value, shedding, breaker);
    }

    /** Returns these options with messages refused before latency collapses, or not. */
    public ActorOptions withShedding(Shedding value) {
        return new ActorOptions(dispatcher, mailbox, value, breaker);
    }

    /** Returns these options with a breaker. */
    public ActorOptions withBreaker(int failuresInARow, Duration openFor) {
        return new ActorOptions(dispatcher, mailbox, shedding, new Breaker(failuresInARow, openFor));
    }
}
