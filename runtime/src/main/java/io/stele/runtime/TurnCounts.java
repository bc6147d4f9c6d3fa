package io.stele.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one worker has done for one kind of actors. One thread writes, any thread reads: an addition is a load and a store, without a
 * fence, on a cache line that nobody else writes.
 */
@SuppressWarnings("UnusedVariable") // the padding
final class TurnCounts {
    private static final VarHandle TURNS;
    private static final VarHandle MESSAGES;
    private static final VarHandle EVENTS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TURNS = lookup.findVarHandle(TurnCounts.class, "turns", long.class);
            MESSAGES = lookup.findVarHandle(TurnCounts.class, "messages", long.class);
            EVENTS = lookup.findVarHandle(TurnCounts.class, "events", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long before1;
    private long before2;
    private long before3;
    private long before4;
    private long before5;
    private long before6;
    private long before7;
    private long turns;
    private long messages;
    private long events;
    private long after1;
    private long after2;
    private long after3;
    private long after4;
    private long after5;
    private long after6;
    private long after7;

    /** A turn is over. The one thread. */
    void add(int handled, long appended) {
        TURNS.setOpaque(this, turns + 1);
        MESSAGES.setOpaque(this, messages + handled);
        if (appended != 0) {
            EVENTS.setOpaque(this, events + appended);
        }
    }

    long turns() {
        return (long) TURNS.getOpaque(this);
    }

    long messages() {
        return (long) MESSAGES.getOpaque(this);
    }

    long events() {
        return (long) EVENTS.getOpaque(this);
    }
}
