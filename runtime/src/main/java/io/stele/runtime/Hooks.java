package io.stele.runtime;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls what users have hung into the lives of their actors, so that a hook that throws does what is documented and nothing else.
 *
 * <p>On the actor's turn.
 */
final class Hooks {
    private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);

    private Hooks() {}

    /** A call that may throw anything that a handler may. */
    @FunctionalInterface
    interface Hook {
        void run() throws Exception;
    }

    /** Calls a hook that announces what happens anyway: what it throws is logged. */
    static void announce(String name, Object actor, Hook hook) {
        try {
            hook.run();
        } catch (Exception | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            LOG.warn("hook threw, which changes nothing: hook={}, actor={}", name, actor, e);
        }
    }

    /** Calls a hook that must succeed for the actor to start. Returns why it did not. */
    static @Nullable ActorException require(String name, Object actor, Hook hook) {
        try {
            hook.run();
            return null;
        } catch (Exception | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            LOG.error("hook threw, so the actor does not start: hook={}, actor={}", name, actor, e);
            return new ActorFailedException(
                    "hook threw, so the actor did not start: hook=" + name + ", actor=" + actor + ", reason=" + e, e);
        }
    }
}
