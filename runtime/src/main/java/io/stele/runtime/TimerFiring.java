package io.stele.runtime;

import io.stele.recovery.DurableTimer;

/**
 * A durable timer on its way through its actor: the command, and what it is handled in the name of. Nobody waits for its reply.
 *
 * <p>The command counts as carried out with the record that holds its events: the same record says that the timer is gone.
 */
final class TimerFiring {
    final DurableTimer timer;
    final Command<?> command;
    private final DurableTimers timers;
    private boolean refused;

    TimerFiring(DurableTimers timers, DurableTimer timer, Command<?> command) {
        this.timers = timers;
        this.timer = timer;
        this.command = command;
    }

    /** It was not carried out: the timer stays, and fires again after a while. */
    void refuse(ActorException reason) {
        refused = true;
        timers.onRefused(timer, reason);
    }

    boolean isRefused() {
        return refused;
    }

    /** Asks an actor to look which of its timers are due. */
    enum Wake implements Command<Done> {
        INSTANCE
    }
}
