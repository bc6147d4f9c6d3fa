package io.stele.tools;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.stele.admin.LogControl;
import io.stele.spi.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Logback's loggers, for the admin page. A level with an expiry goes back to what it was before the first of them; one without ends that.
 *
 * <p>Any thread.
 */
final class LogbackControl implements LogControl, AutoCloseable {
    private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");
    private static final int NAME_LENGTH_MAX = 256;
    private static final int EXPIRIES_MAX = 1_000;

    private final LoggerContext context;
    private final Clock clock;
    private final ScheduledExecutorService expiries;
    private final Map<String, Expiry> pending = new HashMap<>();

    /**
     * A level that goes back.
     *
     * @param before what the logger had of its own; null if nothing
     * @param expiresMs when, milliseconds since 1970
     * @param task does it
     */
    private record Expiry(@Nullable Level before, long expiresMs, ScheduledFuture<?> task) {}

    LogbackControl(LoggerContext context, Clock clock) {
        this.context = context;
        this.clock = clock;
        expiries = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "stele-log-levels");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public synchronized List<LoggerLevel> levels(int countMax) {
        return context.getLoggerList().stream()
                .sorted(Comparator.comparing(Logger::getName))
                .limit(countMax)
                .map(this::describe)
                .toList();
    }

    private LoggerLevel describe(Logger logger) {
        Expiry expiry = pending.get(logger.getName());
        return new LoggerLevel(
                logger.getName(),
                logger.getEffectiveLevel().toString(),
                logger.getLevel() != null,
                expiry == null ? 0 : expiry.expiresMs);
    }

    @Override
    public synchronized void level(String name, String level, Duration expiresAfter) {
        String wanted = level.toUpperCase(Locale.ROOT);
        if (!LEVELS.contains(wanted)) {
            throw new IllegalArgumentException("there is no such level: level=" + level
                    + ", levels=TRACE DEBUG INFO WARN ERROR OFF; nothing was changed");
        }
        boolean expires = !expiresAfter.isZero();
        if (name.isEmpty() || name.length() > NAME_LENGTH_MAX || (expires && pending.size() >= EXPIRIES_MAX)) {
            throw new IllegalArgumentException(
                    "logger's name is empty or too long, or too many levels wait for their end: length="
                            + name.length() + ", lengthMax=" + NAME_LENGTH_MAX + ", waiting=" + pending.size()
                            + "; nothing was changed");
        }
        Logger logger = context.getLogger(name);
        Expiry earlier = pending.remove(logger.getName());
        Level before = earlier == null ? logger.getLevel() : earlier.before;
        if (earlier != null) {
            earlier.task.cancel(false);
        }
        if (expires) {
            ScheduledFuture<?> task =
                    expiries.schedule(() -> expire(logger), expiresAfter.toMillis(), TimeUnit.MILLISECONDS);
            pending.put(logger.getName(), new Expiry(before, clock.epochMs() + expiresAfter.toMillis(), task));
        }
        logger.setLevel(Level.valueOf(wanted));
    }

    private synchronized void expire(Logger logger) {
        Expiry expiry = pending.remove(logger.getName());
        if (expiry != null) {
            logger.setLevel(expiry.before);
        }
    }

    @Override
    public AutoCloseable subscribe(Consumer<? super LogLine> subscriber) {
        Subscriber appender = new Subscriber(subscriber);
        appender.setContext(context);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        return () -> {
            root.detachAppender(appender);
            appender.stop();
        };
    }

    /** Sets back every level that waits for that. */
    @Override
    public synchronized void close() {
        expiries.shutdownNow();
        List.copyOf(pending.keySet()).forEach(name -> expire(context.getLogger(name)));
    }

    /** Hands on what is logged. */
    private static final class Subscriber extends AppenderBase<ILoggingEvent> {
        private final Consumer<? super LogLine> subscriber;

        Subscriber(Consumer<? super LogLine> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        protected void append(ILoggingEvent event) {
            subscriber.accept(new LogLine(
                    event.getTimeStamp(),
                    event.getLevel().toString(),
                    event.getLoggerName(),
                    event.getThreadName(),
                    message(event),
                    event.getThrowableProxy() == null ? null : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }

        private static String message(ILoggingEvent event) {
            StringBuilder message = new StringBuilder(event.getFormattedMessage());
            List<KeyValuePair> pairs = event.getKeyValuePairs();
            if (pairs != null) {
                pairs.forEach(
                        pair -> message.append(' ').append(pair.key).append('=').append(pair.value));
            }
            return message.toString();
        }
    }
}
