package io.stele.remote;

import io.stele.runtime.ActorRef;
import io.stele.runtime.PendingReply;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Who of this node can be reached from elsewhere under a number: those that wait for a reply, and addresses that have no name.
 *
 * <pre>
 *   id  =  [ … 64 bits, growing … ]      slot: its lowest bits, so that finding one is one look
 * </pre>
 *
 * <p>Any thread; without locks. What has its reply leaves; so do asks that have expired, when their slot is wanted again or
 * {@link #sweep} sees them. An address without a name leaves when nothing has come for it for {@link #EXPORT_NS}.
 */
final class ReplyTable {
    static final long EXPORT_NS = 600_000_000_000L;
    private static final int TRIES = 32;

    private final AtomicReferenceArray<@Nullable Slot> slots;
    private final int mask;
    private final AtomicLong ids;

    /** Somebody under a number. */
    abstract static class Slot {
        long id;

        abstract boolean isOver(long nowNs);
    }

    /**
     * The address that a message carries, if it is an ask; tells of this node go straight to whoever waits.
     *
     * @param <R> the reply
     */
    static final class Waiting<R> extends Slot implements ActorRef<R> {
        final PendingReply<R> pending;
        final Association peer;

        Waiting(PendingReply<R> pending, Association peer) {
            this.pending = pending;
            this.peer = peer;
        }

        @Override
        boolean isOver(long nowNs) {
            return pending.isDone();
        }

        @Override
        public boolean tell(R reply) {
            return pending.tell(reply);
        }
    }

    /** An address of this node that has no name, and has gone to another. */
    static final class Exported extends Slot {
        final ActorRef<?> ref;
        volatile long usedNs;

        Exported(ActorRef<?> ref, long nowNs) {
            this.ref = ref;
            usedNs = nowNs;
        }

        @Override
        boolean isOver(long nowNs) {
            return nowNs - usedNs > EXPORT_NS || (ref instanceof PendingReply<?> pending && pending.isDone());
        }
    }

    /**
     * @param capacity how many there may be, a power of two
     * @param firstId differs between the lives of a node, so that a late reply does not reach the wrong one
     */
    ReplyTable(int capacity, long firstId) {
        slots = new AtomicReferenceArray<>(capacity);
        mask = capacity - 1;
        ids = new AtomicLong(firstId & (1L << 40) - 1);
    }

    /** Adds somebody and gives it a number; false if too many are waited for. */
    boolean add(Slot slot, long nowNs) {
        for (int i = 0; i < TRIES; i++) {
            long id = ids.incrementAndGet();
            int index = (int) id & mask;
            Slot present = slots.get(index);
            if (present == null || present.isOver(nowNs)) {
                slot.id = id;
                if (slots.compareAndSet(index, present, slot)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Nullable Slot find(long id) {
        Slot slot = slots.get((int) id & mask);
        return slot != null && slot.id == id ? slot : null;
    }

    /** Takes one out; false if somebody else has. */
    boolean remove(Slot slot) {
        return slots.compareAndSet((int) slot.id & mask, slot, null);
    }

    /** Forgets whoever needs no reply any more. */
    void sweep(long nowNs) {
        for (int i = 0; i <= mask; i++) {
            Slot slot = slots.get(i);
            if (slot != null && slot.isOver(nowNs)) {
                slots.compareAndSet(i, slot, null);
            }
        }
    }

    /** Does something with everybody who waits for a peer. */
    void failAll(Association peer, java.util.function.Consumer<PendingReply<?>> failure) {
        for (int i = 0; i <= mask; i++) {
            if (slots.get(i) instanceof Waiting<?> waiting && waiting.peer == peer && remove(waiting)) {
                failure.accept(waiting.pending);
            }
        }
    }
}
