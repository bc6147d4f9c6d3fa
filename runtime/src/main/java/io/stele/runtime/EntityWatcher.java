package io.stele.runtime;

import java.util.concurrent.TimeUnit;

/**
 * A persistent actor that waits for the end of another actor, which it learns by a command.
 *
 * @param self who waits
 * @param notice what it is told
 */
record EntityWatcher(LocalEntityRef self, Command<?> notice) implements Watcher {
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A full mailbox must not swallow it. */
    @Override
    public void onTerminated(ActorRef<?> actor) {
        if (!self.tell(notice) && !self.system().isClosing()) {
            self.system().delays().after(RETRY_NS, () -> onTerminated(actor));
        }
    }
}
