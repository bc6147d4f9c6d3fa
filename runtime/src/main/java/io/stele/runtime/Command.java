package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * Something an actor is asked to do. Carries the type of its reply, so that the compiler knows what {@link EntityRef#ask}
 * gives back and refuses a handler that replies with anything else.
 *
 * <pre>
 *   record Deposit(long cents) implements Command&lt;Balance&gt; {}
 * </pre>
 *
 * @param <R> its reply; {@link Done} if there is nothing to tell
 */
public interface Command<R> {

    /**
     * Returns the id under which this command is executed at most once, or null to execute it every time. A command with an id
     * that the actor has seen among its last {@link PersistentActor#deduplicationWindow()} is not executed again: the
     * original reply is given, across crashes. A record may simply have a component of this name.
     */
    default @Nullable String commandId() {
        return null;
    }
}
