package io.stele.tools;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as people write them. Pure functions. */
final class Times {
    private static final Pattern AGO = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private Times() {}

    /**
     * Reads {@code 2026-03-01}, {@code 2026-03-01T12:30}, {@code 2026-03-01T12:30:00Z}, {@code 90s}, {@code 2h} or {@code 7d}: the
     * last ones before {@code nowMs}.
     *
     * @return milliseconds since 1970
     * @throws IllegalArgumentException if it is none of them
     */
    static long parse(String text, long nowMs) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            return nowMs - duration(ago).toMillis();
        }
        try {
            return instant(text).toEpochMilli();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "time is not one: value=" + SafeText.of(text)
                            + "; write it as 2026-03-01, 2026-03-01T12:30, 2026-03-01T12:30:00Z, 90s, 2h or 7d",
                    e);
        }
    }

    static Instant instant(String text) {
        if (text.endsWith("Z")) {
            return Instant.parse(text);
        }
        return text.contains("T")
                ? LocalDateTime.parse(text).toInstant(ZoneOffset.UTC)
                : LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    private static Duration duration(Matcher ago) {
        long count = Long.parseLong(ago.group(1));
        return switch (ago.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
