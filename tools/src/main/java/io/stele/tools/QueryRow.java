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
import java.util.Locale;
import java.util.Set;
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
    private static final PayloadValue NONE = new PayloadValue.Nothing();

    private final KeyInspector keys;
    private final int lane;
    private @Nullable StoredEvent event;
    private @Nullable PayloadValue payload;

    QueryRow(int lane, KeyInspector keys) {
        this.lane = lane;
        this.keys = keys;
    }

    QueryRow at(StoredEvent current) {
        event = current;
        payload = null;
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

    private static Object time(String field, long timestampMs) {
        if (field.equals("time")) {
            return Units.iso(timestampMs);
        }
        ZonedDateTime time = Instant.ofEpochMilli(timestampMs).atZone(ZoneOffset.UTC);
        return switch (field) {
            case "year" -> (long) time.getYear();
            case "month" -> DAY.format(time).substring(0, 7);
            case "day" -> DAY.format(time);
            case "hour" -> DAY.format(time) + String.format(Locale.ROOT, "T%02d", time.getHour());
            default -> DAY.format(time) + String.format(Locale.ROOT, "T%02d:%02d", time.getHour(), time.getMinute());
        };
    }

    private @Nullable Object payloadValue(String path) {
        PayloadValue value = payload;
        if (value == null) {
            value = decode();
            payload = value;
        }
        int from = 0;
        while (from >= 0) {
            int dot = path.indexOf('.', from);
            String name = dot < 0 ? path.substring(from) : path.substring(from, dot);
            value = member(value, name);
            from = dot < 0 ? -1 : dot + 1;
        }
        return simple(value);
    }

    private PayloadValue decode() {
        StoredEvent current = event();
        try {
            return keys.statusOf(current.payload()) == KeyInspector.Status.PLAIN
                    ? PayloadValue.read(current.payload())
                    : NONE;
        } catch (PayloadCodecException e) {
            return NONE;
        }
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
