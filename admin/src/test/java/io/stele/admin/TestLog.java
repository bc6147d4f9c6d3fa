package io.stele.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A log in memory. Any thread. */
final class TestLog implements LogControl {
    private final Map<String, LoggerLevel> levels = new ConcurrentSkipListMap<>();
    private final List<Consumer<? super LogLine>> subscribers = new CopyOnWriteArrayList<>();

    void say(String level, String message) {
        LogLine line = new LogLine(1_000, level, "io.stele.test", "main", message, null);
        subscribers.forEach(subscriber -> subscriber.accept(line));
    }

    int subscriberCount() {
        return subscribers.size();
    }

    @Override
    public List<LoggerLevel> levels(int countMax) {
        return levels.values().stream().limit(countMax).toList();
    }

    @Override
    public void level(String name, String level, Duration expiresAfter) {
        if (!List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF").contains(level)) {
            throw new IllegalArgumentException("there is no such level: level=" + level);
        }
        levels.put(name, new LoggerLevel(name, level, true, expiresAfter.isZero() ? 0 : 5_000));
    }

    @Override
    public AutoCloseable subscribe(Consumer<? super LogLine> subscriber) {
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }
}
