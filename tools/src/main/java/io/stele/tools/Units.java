package io.stele.tools;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Numbers for people. Machines get them raw, from {@link Json} and {@link Plain}. Pure functions. */
final class Units {
    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
    private static final long SECONDS_PER_MINUTE = 60;
    private static final long SECONDS_PER_HOUR = 3_600;
    private static final long SECONDS_PER_DAY = 86_400;

    private Units() {}

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Returns {@code 1 account}, {@code 2 accounts}. */
    static String count(long value, String noun) {
        return count(value) + " " + noun + (value == 1 ? "" : "s");
    }

    static String bytes(long value) {
        double scaled = value;
        int unit = 0;
        while (scaled >= 1_000 && unit < BYTES.length - 1) {
            scaled /= 1_024;
            unit++;
        }
        return unit == 0
                ? value + " B"
                : String.format(Locale.ROOT, scaled < 10 ? "%.1f %s" : "%.0f %s", scaled, BYTES[unit]);
    }

    /** Returns {@code 12 µs}, {@code 340 ms}, {@code 4.2 s}, {@code 2m10s}. */
    static String duration(long nanos) {
        if (nanos < TimeUnit.MILLISECONDS.toNanos(1)) {
            return TimeUnit.NANOSECONDS.toMicros(nanos) + " µs";
        }
        if (nanos < TimeUnit.MILLISECONDS.toNanos(10)) {
            return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
        }
        if (nanos < TimeUnit.SECONDS.toNanos(1)) {
            return Math.round(nanos / 1e6) + " ms";
        }
        if (nanos < TimeUnit.MINUTES.toNanos(1)) {
            return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
        }
        return seconds(TimeUnit.NANOSECONDS.toSeconds(nanos));
    }

    /** Returns how long ago something was, such as {@code 12 s ago}. A time to come is {@code in the future}. */
    static String age(long millis) {
        if (millis < 0) {
            return "in the future";
        }
        long seconds = TimeUnit.MILLISECONDS.toSeconds(millis);
        return seconds == 0 ? "just now" : seconds(seconds) + " ago";
    }

    private static String seconds(long seconds) {
        if (seconds < SECONDS_PER_MINUTE) {
            return seconds + " s";
        }
        if (seconds < SECONDS_PER_HOUR) {
            return seconds / SECONDS_PER_MINUTE + "m" + seconds % SECONDS_PER_MINUTE + "s";
        }
        if (seconds < SECONDS_PER_DAY) {
            return seconds / SECONDS_PER_HOUR + "h" + seconds % SECONDS_PER_HOUR / SECONDS_PER_MINUTE + "m";
        }
        return seconds / SECONDS_PER_DAY + "d" + seconds % SECONDS_PER_DAY / SECONDS_PER_HOUR + "h";
    }

    /** Returns an ISO-8601 time in UTC, for machines. */
    static String iso(long epochMs) {
        return Instant.ofEpochMilli(epochMs).toString();
    }

    /** Returns a time in UTC, for people. */
    static String time(long epochMs) {
        return TIME.format(Instant.ofEpochMilli(epochMs));
    }

    /** Returns cents as an amount, {@code -1,234.50}. */
    static String money(long cents) {
        long whole = Math.abs(cents / 100);
        return (cents < 0 ? "-" : "") + count(whole) + String.format(Locale.ROOT, ".%02d", Math.abs(cents % 100));
    }
}
