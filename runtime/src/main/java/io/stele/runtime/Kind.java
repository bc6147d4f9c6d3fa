package io.stele.runtime;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What all actors that are run with the same options share: their threads, their limit, and who of them is left alone for a while.
 *
 * <p>Any thread.
 */
final class Kind {
    /** More failing actors than this are not left alone. */
    private static final int BROKEN_COUNT_MAX = 100_000;

    final ActorOptions options;
    final Dispatcher dispatcher;
    final @Nullable AdaptiveLimit limit;
    final Sampler sampler = new Sampler();
    private final ActorSystem system;
    private final int failuresMax;
    private final long openNs;
    private final Map<Object, CircuitBreaker> broken = new ConcurrentHashMap<>(0);

    Kind(ActorSystem system, ActorOptions options, Dispatcher dispatcher) {
        this.system = system;
        this.options = options;
        this.dispatcher = dispatcher;
        limit = options.shedding() == ActorOptions.Shedding.ADAPTIVE ? new AdaptiveLimit(system.clock()) : null;
        failuresMax = options.breaker().failuresInARow();
        openNs = options.breaker().openFor().toNanos();
    }

    Queue<Object> newMailbox() {
        MailboxOptions mailbox = options.mailbox();
        if (mailbox.order() instanceof MailboxOptions.Order.Priority priority) {
            return new OrderedMailbox.Prioritised(mailbox.capacity(), priority.comparator());
        }
        if (mailbox.order() instanceof MailboxOptions.Order.ControlFirst control) {
            return new OrderedMailbox.ControlFirst(mailbox.capacity(), control.isControl());
        }
        if (mailbox.overflow() instanceof Overflow.DropOldest) {
            return new MpmcVarHandleArrayQueue<>(mailbox.capacity());
        }
        return OrderedMailbox.arrivals(mailbox.capacity());
    }

    /** Returns whether more than the capacity of the mailbox decides about a message. */
    boolean isGuarded() {
        return limit != null || failuresMax > 0;
    }

    /** Returns whether an actor is to be left alone now. */
    boolean isOpen(Object key) {
        CircuitBreaker breaker = failuresMax == 0 || broken.isEmpty() ? null : broken.get(key);
        return breaker != null && !breaker.admits(system.clock().nanoTime());
    }

    /** An actor has handled a message, or failed to. In its turn. */
    void onHandled(Object key, boolean failed) {
        if (failuresMax == 0 || (!failed && broken.isEmpty())) {
            return;
        }
        if (!failed) {
            broken.remove(key);
            return;
        }
        if (broken.size() < BROKEN_COUNT_MAX || broken.containsKey(key)) {
            broken.computeIfAbsent(key, unused -> new CircuitBreaker(failuresMax, openNs))
                    .onFailure(system.clock().nanoTime());
        }
    }

    /** Returns how many actors are left alone now. */
    long openCount() {
        return broken.values().stream().filter(CircuitBreaker::isOpen).count();
    }

    /** An actor will never come back. */
    void forget(Object key) {
        broken.remove(key);
    }
}
