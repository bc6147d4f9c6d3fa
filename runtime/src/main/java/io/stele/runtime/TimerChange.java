package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * What an effect says of a timer.
 *
 * @param name which
 * @param ms when it is due: after so many milliseconds, or at a time since 1970
 * @param isDelay which of the two
 * @param command what to do then; null to cancel it
 */
record TimerChange(
        String name, long ms, boolean isDelay, @Nullable Command<?> command) {
    private static final int NAME_LENGTH_MAX = 256;

    TimerChange {
        if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "name of a timer must have 1 to " + NAME_LENGTH_MAX + " characters: length=" + name.length());
        }
        if (isDelay && ms < 0) {
            throw new IllegalArgumentException("delay of a timer must not be negative: name=" + name + ", ms=" + ms);
        }
    }

    /** Returns when it is due, in milliseconds since 1970. */
    long dueMs(long nowMs) {
        return isDelay ? Math.addExact(nowMs, ms) : ms;
    }
}
