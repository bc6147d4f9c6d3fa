package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** Closes a system when the JVM ends in good order: by SIGTERM, SIGINT, or because its last thread is done. */
final class AtExit {
    /** Does nothing. */
    static final AtExit NONE = new AtExit(null);

    private final @Nullable Thread hook;

    private AtExit(@Nullable Thread hook) {
        this.hook = hook;
    }

    static AtExit register(ActorSystem system) {
        Thread hook = new Thread(system::close, "stele-exit");
        Runtime.getRuntime().addShutdownHook(hook);
        return new AtExit(hook);
    }

    /** Forgets the system, which is closing. */
    void remove() {
        Thread registered = hook;
        if (registered == null || registered == Thread.currentThread()) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(registered);
        } catch (IllegalStateException e) {
            // The JVM is ending already, and will call the hook, which then finds the system closed.
            assert !registered.equals(Thread.currentThread()) : e;
        }
    }
}
