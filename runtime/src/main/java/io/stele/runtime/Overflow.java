package io.stele.runtime;

import java.time.Duration;

/** What happens to a message that finds a mailbox full. */
public sealed interface Overflow {

    /** The sender is told: {@code tell} returns false, an ask fails at once with {@link MailboxFullException}. */
    static Overflow reject() {
        return new Reject();
    }

    /** The message becomes a dead letter: {@code tell} returns true all the same, an ask fails at once. */
    static Overflow dropNewest() {
        return new DropNewest();
    }

    /** The message that has waited longest becomes a dead letter, and its ask fails; the new one is taken. */
    static Overflow dropOldest() {
        return new DropOldest();
    }

    /**
     * The sender waits for room, up to {@code timeout}, then is told as with {@link #reject}. A sender that is an actor keeps its worker
     * busy meanwhile.
     */
    static Overflow block(Duration timeout) {
        return new Block(timeout);
    }

    /** The message goes to another actor, which must take messages of that type; if that one refuses it too, the sender is told. */
    static Overflow fallback(ActorRef<?> target) {
        return new Fallback(target);
    }

    /** See {@link #reject}. */
    record Reject() implements Overflow {}

    /** See {@link #dropNewest}. */
    record DropNewest() implements Overflow {}

    /** See {@link #dropOldest}. */
    record DropOldest() implements Overflow {}

    /**
     * See {@link #block}.
     *
     * @param timeout above zero
     */
    record Block(Duration timeout) implements Overflow {
        public Block {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("timeout must be above zero: timeout=" + timeout);
            }
        }
    }

    /**
     * See {@link #fallback}.
     *
     * @param target who gets what there is no room for
     */
    record Fallback(ActorRef<?> target) implements Overflow {}
}
