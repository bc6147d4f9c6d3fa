package io.stele.tools;

import io.stele.codec.PayloadValue;
import io.stele.encryption.KeyInspector;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One event as a query sees it: fields that every event has, and those of its payload, which is decoded when one of them is first
 * asked for. Reused; confined to one thread.
 *
 * <p>Values are texts, {@code Long}, {@code Double} and {@code Boolean}; what is not there is null, and fits no comparison.
 */
final class QueryRow {
    /** The fields that every event has. One of the payload that is called so is {@code payload.type}. */
    static final Set<String> OWN = Set.of(
            "type", "version", "actor", "kind", "id", "number", "time", "year", "month", "day", "hour", "minute",
            "lane", "bytes", "tags", "command");

    private static final String PAYLOAD = "payload.";
    private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE;
    private static final String[] TWO_DIGITS = IntStream.range(0, 60)
            .mapToObj(number -> String.format(Locale.ROOT, "%02d", number))
            .toArray(String[]::new);
    private static final long MS_PER_DAY = 86_400_000;
    private static final PayloadValue NONE = new PayloadValue.Nothing();

    private final KeyInspector keys;
    private final int lane;
    private final Map<String, @Nullable Object> fields = new HashMap<>();
    private @Nullable StoredEvent event;
    private long dayMs = Long.MIN_VALUE;
    private String day = "";

    QueryRow(int lane, KeyInspector keys) {
        this.lane = lane;
        this.keys = keys;
    }

    QueryRow at(StoredEvent current) {
        event = current;
        fields.clear();
        return this;
    }

    StoredEvent event() {
        StoredEvent current = event;
        if (current == null) {
            throw new IllegalStateException("no event");
        }
        return current;
    }

    /** Returns a field of this event; null if it has none of that name. */
    @Nullable Object value(String field) {
        if (!OWN.contains(field)) {
            return payloadValue(field.startsWith(PAYLOAD) ? field.substring(PAYLOAD.length()) : field);
        }
        StoredEvent current = event();
        return switch (field) {
            case "type" -> current.type().name();
            case "version" -> (long) current.type().version();
            case "actor" -> current.persistenceId().encoded();
            case "kind" -> current.persistenceId().entityType();
            case "id" -> current.persistenceId().entityId();
            case "number" -> current.sequenceNumber();
            case "lane" -> (long) lane;
            case "bytes" -> (long) current.payload().remaining();
            case "tags" -> text(RecordMetadata.findText(current.metadata(), RecordMetadata.TAGS));
            case "command" -> RecordMetadata.findText(current.metadata(), RecordMetadata.COMMAND_ID);
            default -> time(field, current.timestampMs());
        };
    }

    private static @Nullable String text(@Nullable String tags) {
        return tags == null ? null : tags.replace('\0', ',');
    }

    /** Events of one day come one behind the other, most of the time. */
    private String day(long timestampMs) {
        long startMs = Math.floorDiv(timestampMs, MS_PER_DAY) * MS_PER_DAY;
        if (startMs != dayMs) {
            dayMs = startMs;
            day = DAY.format(Instant.ofEpochMilli(startMs).atZone(ZoneOffset.UTC));
        }
        return day;
    }

    private Object time(String field, long timestampMs) {
        if (field.equals("time")) {
            return Units.iso(timestampMs);
        }
        if (field.equals("day")) {
            return day(timestampMs);
        }
        if (field.equals("month")) {
            String ofDay = day(timestampMs);
            return ofDay.substring(0, ofDay.length() - 3);
        }
        ZonedDateTime time = Instant.ofEpochMilli(timestampMs).atZone(ZoneOffset.UTC);
        return switch (field) {
            case "year" -> (long) time.getYear();
            case "hour" -> day(timestampMs) + 'T' + TWO_DIGITS[time.getHour()];
            default -> day(timestampMs) + 'T' + TWO_DIGITS[time.getHour()] + ':' + TWO_DIGITS[time.getMinute()];
        };
    }

    private @Nullable Object payloadValue(String path) {
        if (fields.containsKey(path)) {
            return fields.get(path);
        }
        Object value = simple(find(path));
        fields.put(path, value);
        return value;
    }

    private PayloadValue find(String path) {
        StoredEvent current = event();
        if (keys.statusOf(current.payload()) != KeyInspector.Status.PLAIN) {
            return NONE;
        }
        try {
            int dot = path.indexOf('.');
            String name = dot < 0 ? path : path.substring(0, dot);
            PayloadValue value = PayloadValue.readField(current.payload(), name);
            if (value == null) {
                return inner(PayloadValue.read(current.payload()), path); // one that is no record by itself
            }
            return dot < 0 ? value : inner(value, path.substring(dot + 1));
        } catch (PayloadCodecException e) {
            return NONE;
        }
    }

    private static PayloadValue inner(PayloadValue outer, String path) {
        PayloadValue value = outer;
        int from = 0;
        while (from >= 0) {
            int dot = path.indexOf('.', from);
            String name = dot < 0 ? path.substring(from) : path.substring(from, dot);
            value = member(value, name);
            from = dot < 0 ? -1 : dot + 1;
        }
        return value;
    }

    private static PayloadValue member(PayloadValue value, String name) {
        if (value instanceof PayloadValue.Typed typed) {
            return name.equals("@type") ? new PayloadValue.Text(typed.type()) : member(typed.value(), name);
        }
        if (value instanceof PayloadValue.Fields fields) {
            return fields.fields().getOrDefault(name, NONE);
        }
        return NONE;
    }

    private static @Nullable Object simple(PayloadValue value) {
        if (value instanceof PayloadValue.Whole whole) {
            return whole.value();
        }
        if (value instanceof PayloadValue.Text text) {
            return text.text();
        }
        if (value instanceof PayloadValue.Real real) {
            return real.value();
        }
        if (value instanceof PayloadValue.Flag flag) {
            return flag.value();
        }
        return value instanceof PayloadValue.Nothing ? null : value.toJson();
    }

    /** Makes of a value in a query what the field is compared with: times are written in many ways. */
    static Object wanted(String field, Object value) {
        if (!field.equals("time") || !(value instanceof String text)) {
            return value;
        }
        try {
            return Units.iso(Times.parse(text, System.currentTimeMillis()));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ErrorCode.BAD_QUERY, String.valueOf(e.getMessage()), e);
        }
    }

    /** Orders a field's value and one of a query; null if they cannot be compared. */
    static @Nullable Integer compare(String field, @Nullable Object found, Object wanted) {
        if (found == null) {
            return null;
        }
        if (found instanceof Long left && wanted instanceof Long right) {
            return Long.compare(left, right);
        }
        if (wanted instanceof Number right) {
            Double left = number(found);
            return left == null ? null : (Integer) Double.compare(left, right.doubleValue());
        }
        if (field.equals("time")) {
            return Instant.parse(found.toString()).compareTo(Instant.parse(wanted.toString()));
        }
        if (field.equals("type")) {
            return found.toString().compareToIgnoreCase(wanted.toString());
        }
        return found.toString().compareTo(wanted.toString());
    }

    /** Returns a value as a number, also a text that is one, as big decimals are; null if it is none. */
    static @Nullable Double number(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof String text && text.matches("-?\\d{1,30}(\\.\\d{1,30})?")) {
            return Double.parseDouble(text);
        }
        return null;
    }
}
