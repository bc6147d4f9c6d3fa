package io.stele.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * What is woven in front of every place that changes the disk: ends the process there, as SIGKILL would, when that place has been come
 * to so often; or counts how often each is come to. Any thread.
 */
public final class KillPoint {
    /** The place; none if places are counted. */
    static final String PLACE = "stele.point";

    /** How often it lets the process pass, and one more. */
    static final String PASS = "stele.point.pass";

    /** Which exit code says that the process has ended there. */
    static final int HALTED = 86;

    private static final String HALT_AT = System.getProperty(PLACE, "");
    private static final long HALT_PASS = Long.getLong(PASS, 1);
    private static final AtomicLong PASSES = new AtomicLong();
    private static final Map<String, AtomicLong> COUNTS = new ConcurrentHashMap<>();

    private KillPoint() {}

    /** Comes to a place. */
    public static void reached(String place) {
        if (HALT_AT.isEmpty()) {
            COUNTS.computeIfAbsent(place, any -> new AtomicLong()).incrementAndGet();
        } else if (place.equals(HALT_AT) && PASSES.incrementAndGet() == HALT_PASS) {
            Runtime.getRuntime().halt(HALTED);
        }
    }

    /** Writes how often each place was come to. */
    static void write(Path file) {
        if (HALT_AT.isEmpty()) {
            try {
                Files.writeString(
                        file,
                        COUNTS.entrySet().stream()
                                .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
                                .sorted()
                                .collect(Collectors.joining()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
