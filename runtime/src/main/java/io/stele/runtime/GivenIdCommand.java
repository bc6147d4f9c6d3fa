package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * A command that comes again until it was handled, with the id that its sender's numbering gives it: its own is null. Nobody waits for its
 * reply, so that is not kept for when it comes again.
 *
 * @param command what the actor is to handle
 * @param id begins with {@link #PREFIX}
 */
record GivenIdCommand(Command<?> command, String id) {
    static final String PREFIX = "~reliable/";

    /** Returns the id under which a command is carried out once: its own, or else the one that its message gives it. */
    static @Nullable String idOf(Object message, Command<?> command) {
        String own = command.commandId();
        return own == null ? given(message) : own;
    }

    private static @Nullable String given(Object message) {
        if (message instanceof Ask<?> ask) {
            return ask.message instanceof GivenIdCommand given ? given.id : null;
        }
        if (message instanceof Envelope envelope) {
            return given(envelope.message);
        }
        return message instanceof AdaptiveLimit.Timed timed ? given(timed.message) : null;
    }

    /** Returns whether nobody will ever ask for the reply of a command with this id. */
    static boolean hasNoReply(String commandId) {
        return commandId.startsWith(PREFIX);
    }
}
