package io.stele.admin;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the admin page needs of a logging backend; libraries log through SLF4J, which can neither list loggers nor change levels.
 *
 * <p>Any thread.
 */
public interface LogControl {

    /**
     * A logger whose level was set, or that exists.
     *
     * @param name of the logger; {@code ROOT} for the one above all
     * @param level what it logs: {@code TRACE}, {@code DEBUG}, {@code INFO}, {@code WARN}, {@code ERROR} or {@code OFF}
     * @param isOwn whether it was set for this logger, not inherited
     * @param expiresMs when it goes back to what it was, milliseconds since 1970; 0 for never
     */
    record LoggerLevel(String name, String level, boolean isOwn, long expiresMs) {}

    /**
     * One line that was logged.
     *
     * @param timestampMs when, milliseconds since 1970
     * @param level how severe
     * @param logger by whom
     * @param thread on which thread
     * @param message what, with its key-values
     * @param failure the stack trace; null if there is none
     */
    record LogLine(
            long timestampMs,
            String level,
            String logger,
            String thread,
            String message,
            @Nullable String failure) {}

    /** Returns the loggers that exist, by name, at most {@code countMax}. */
    List<LoggerLevel> levels(int countMax);

    /**
     * Sets what a logger logs.
     *
     * @param level as in {@link LoggerLevel}
     * @param expiresAfter after which it goes back to what it was; {@link Duration#ZERO} for never
     * @throws IllegalArgumentException if there is no such level; nothing was changed
     */
    void level(String name, String level, Duration expiresAfter);

    /** Shows every line from now on to {@code subscriber}, on the thread that logs; it must be quick and must not log. Closing ends that. */
    AutoCloseable subscribe(Consumer<? super LogLine> subscriber);
}
