package io.stele.codec;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;

/**
 * {@link Instant#toString()} and {@link Instant#parse} without a formatter, for the years 0 to 9999: most events carry a time, and
 * formatters take microseconds. All else is left to them, so that the text is always theirs.
 *
 * <pre>
 *   2026-11-22T10:15:30Z   2026-11-22T10:15:30.123Z   …30.123456Z   …30.123456789Z
 * </pre>
 */
final class InstantText {

    private static final long SECONDS_MIN = -62_167_219_200L;
    private static final long SECONDS_MAX = 253_402_300_799L;
    private static final int SECONDS_PER_DAY = 86_400;
    private static final int WHOLE_LENGTH = 20;

    private InstantText() {}

    static void put(ByteBuffer target, Instant value) {
        long seconds = value.getEpochSecond();
        if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) {
            PayloadWriter.putText(target, value.toString());
            return;
        }
        int nanos = value.getNano();
        int digitCount = nanos == 0 ? 0 : nanos % 1_000_000 == 0 ? 3 : nanos % 1_000 == 0 ? 6 : 9;
        target.put((byte) (WireCode.TEXT_0 + WHOLE_LENGTH + (digitCount == 0 ? 0 : digitCount + 1)));
        putDate(target, Math.floorDiv(seconds, SECONDS_PER_DAY));
        int secondOfDay = Math.floorMod(seconds, SECONDS_PER_DAY);
        putTwo(target.put((byte) 'T'), secondOfDay / 3600);
        putTwo(target.put((byte) ':'), secondOfDay / 60 % 60);
        putTwo(target.put((byte) ':'), secondOfDay % 60);
        if (digitCount > 0) {
            target.put((byte) '.');
            int divisor = 100_000_000;
            for (int i = 0; i < digitCount; i++) {
                target.put((byte) ('0' + nanos / divisor % 10));
                divisor /= 10;
            }
        }
        target.put((byte) 'Z');
    }

    /** Reads the text, or throws a DateTimeException as {@link Instant#parse} does. */
    static Instant parse(String text) {
        int length = text.length();
        if (length < WHOLE_LENGTH || length > WHOLE_LENGTH + 10 || !hasShape(text, length)) {
            return Instant.parse(text);
        }
        int month = digits(text, 5, 7);
        int day = digits(text, 8, 10);
        int hour = digits(text, 11, 13);
        int minute = digits(text, 14, 16);
        int second = digits(text, 17, 19);
        if (hour > 23 || minute > 59 || second > 59) {
            return Instant.parse(text);
        }
        long epochDay = LocalDate.of(digits(text, 0, 4), month, day).toEpochDay();
        int nanos = 0;
        for (int i = WHOLE_LENGTH; i < WHOLE_LENGTH + 9; i++) {
            nanos = nanos * 10 + (i < length - 1 ? text.charAt(i) - '0' : 0);
        }
        return Instant.ofEpochSecond(epochDay * SECONDS_PER_DAY + hour * 3600L + minute * 60L + second, nanos);
    }

    /** Whether digits and signs stand where they must. */
    private static boolean hasShape(String text, int length) {
        if (text.charAt(length - 1) != 'Z' || length == WHOLE_LENGTH + 1) {
            return false;
        }
        for (int i = 0; i < length - 1; i++) {
            char c = text.charAt(i);
            boolean fits = switch (i) {
                case 4, 7 -> c == '-';
                case 10 -> c == 'T';
                case 13, 16 -> c == ':';
                case 19 -> c == '.';
                default -> c >= '0' && c <= '9';
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static int digits(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            value = 10 * value + text.charAt(i) - '0';
        }
        return value;
    }

    /** Puts a date, by the method of Howard Hinnant's "chrono-compatible low-level date algorithms": years begin in March. */
    private static void putDate(ByteBuffer target, long epochDay) {
        int shifted = (int) epochDay + 719_468;
        int era = Math.floorDiv(shifted, 146_097);
        int dayOfEra = shifted - era * 146_097;
        int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int monthFromMarch = (5 * dayOfYear + 2) / 153;
        int day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        int year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        putTwo(target, year / 100);
        putTwo(target, year % 100);
        putTwo(target.put((byte) '-'), month);
        putTwo(target.put((byte) '-'), day);
    }

    private static void putTwo(ByteBuffer target, int value) {
        target.put((byte) ('0' + value / 10)).put((byte) ('0' + value % 10));
    }
}
