package io.stele.runtime;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * An actor that can leave memory: what waits for it, and how nothing of that is lost or changes its order when it leaves.
 *
 * <pre>
 *   senders ──&gt; [ mailbox ] ──┐
 *                             ├──&gt; next ──&gt; handled, or put back ──&gt; [ stash ]
 *   unstash ──&gt; [ first   ] ──┘                                          │
 *                   ^────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>A sender offers first and looks at the status afterwards; if it finds CLOSED, it moves what is left in the mailbox to the successor
 * itself, under the actor's monitor, before its tell returns. The turn that closes does the same. Whoever comes second finds nothing left.
 *
 * <p>Confined to the turns of the actor, but for the mailbox and {@link #forwardLeftovers}.
 */
abstract class Leaver extends LaneWaiter {
    private static final int SMALL = 4;
    /** Never added to: most actors put nothing back, and an idle one is to be small. */
    private static final ArrayDeque<Object> NOTHING = new ArrayDeque<>(0);

    /** Messages put back, in order, and those that are to be handled before the mailbox. */
    private ArrayDeque<Object> stash = NOTHING;

    private ArrayDeque<Object> first = NOTHING;

    Leaver(ActorSystem system, Kind kind) {
        super(system, kind);
    }

    /** Takes over what waited for a predecessor. Before anyone else knows this actor. */
    final void inherit(Queue<Object> waiting) {
        first = new ArrayDeque<>(waiting);
    }

    /** Has a message handled next. */
    final void putFirst(Object message) {
        if (first == NOTHING) {
            first = new ArrayDeque<>(SMALL);
        }
        first.addFirst(message);
    }

    /** Puts a message back, unless {@code capacity} are there already. */
    final boolean stash(Object message, int capacity) {
        if (stash.size() >= capacity) {
            return false;
        }
        if (stash == NOTHING) {
            stash = new ArrayDeque<>(SMALL);
        }
        stash.add(message);
        noteStashed(1);
        return true;
    }

    private void noteStashed(int change) {
        TypeMeters meters = meters();
        if (meters != null && change != 0) {
            meters.stashed.add(change);
        }
    }

    /** Has everything that was put back handled again, behind what was taken back before, and before the mailbox. */
    final void unstashAll() {
        noteStashed(-stash.size());
        if (first.isEmpty()) {
            first = stash;
        } else {
            first.addAll(stash);
        }
        stash = NOTHING;
    }

    /** Returns what is to be handled next; null if nothing waits. */
    final @Nullable Object next() {
        Object message = first.poll();
        return message == null ? mailbox.poll() : message;
    }

    /** Returns whether something waits that was not put back. */
    final boolean hasMessages() {
        return !first.isEmpty() || !mailbox.isEmpty();
    }

    final boolean hasStash() {
        return !stash.isEmpty();
    }

    /** While it waits for its permit. */
    @Override
    public int waitingCount() {
        return mailbox.size() + first.size();
    }

    /**
     * Ends this actor: from now on nobody gets a message into it. What waits is handed to {@link #onLeft}.
     *
     * @param failure why; null if it has just nothing to do
     */
    final void leaveMemory(@Nullable ActorException failure) {
        synchronized (this) {
            status = CLOSED;
            Queue<Object> left = new ArrayDeque<>(first);
            left.addAll(stash);
            noteStashed(-stash.size());
            first = NOTHING;
            stash = NOTHING;
            for (Object message = mailbox.poll(); message != null; message = mailbox.poll()) {
                left.add(message);
            }
            onLeft(left, failure);
        }
    }

    /** Moves what came too late to whoever takes its place. Any thread. */
    final void forwardLeftovers() {
        synchronized (this) {
            for (Object message = mailbox.poll(); message != null; message = mailbox.poll()) {
                forward(message);
            }
        }
    }

    /** Is out of memory, and a successor is to take its place if something waits. Under the monitor, which keeps messages in order. */
    abstract void onLeft(Queue<Object> waiting, @Nullable ActorException failure);

    /** Hands a message to whoever has taken its place. Under the monitor. */
    abstract void forward(Object message);
}
