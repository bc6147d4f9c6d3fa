package io.stele.codec;

import io.stele.spi.PayloadCodecException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a payload, read without the classes that it was written from: for tools and for people.
 *
 * <pre>
 *   PayloadValue.read(event.payload()).toJson()   →   {"amount":500,"by":{"@type":"card","last4":"1234"}}
 * </pre>
 *
 * <p>Bytes do not say everything: a nested record without components and an empty container look the same, and so do a text, a
 * {@code BigDecimal}, a constant and an {@code Instant}. Immutable; any thread.
 */
public sealed interface PayloadValue {

    /**
     * Reads what a {@link RecordCodec} wrote, from the payload's position to its limit, and leaves the buffer as it is. Takes
     * O(bytes) time and memory, whatever the bytes are.
     *
     * @throws PayloadCodecException if the bytes are no payload, or nest deeper than 64
     */
    static PayloadValue read(ByteBuffer payload) {
        PayloadReader in = PayloadReader.open(payload);
        try {
            PayloadValue value = !in.hasRemaining() || WireCode.startsName(in.peek()) ? readFields(in) : readValue(in);
            in.requireEnd();
            return value;
        } catch (Refusal refusal) {
            throw refusal.report("payload cannot be read", "any");
        } finally {
            in.close();
        }
    }

    /**
     * Reads one field of a payload that is a record, and passes over the others: a fraction of what {@link #read} costs. Of bytes that
     * are damaged behind the field it does not notice that.
     *
     * @param name of an outermost field
     * @return null if there is none of that name, or if the payload is no record
     * @throws PayloadCodecException if the bytes up to there are no payload
     */
    static @Nullable PayloadValue readField(ByteBuffer payload, String name) {
        PayloadReader in = PayloadReader.open(payload);
        try {
            while (in.hasRemaining()) {
                int code = in.peek();
                if (!WireCode.startsName(code)) {
                    return null;
                }
                if (readName(in).equals(name)) {
                    return readValue(in);
                }
                in.skipValue();
            }
            return null;
        } catch (Refusal refusal) {
            throw refusal.report("payload cannot be read", "any");
        } finally {
            in.close();
        }
    }

    /**
     * Returns the value as compact JSON. Types and bytes become {@code {"@type":"card",…}} and {@code "base64:…"}; control,
     * format and line-separating characters are escaped, so that the text is safe to print.
     */
    default String toJson() {
        StringBuilder out = new StringBuilder();
        appendJson(out);
        return out.toString();
    }

    /** Appends what {@link #toJson()} returns. */
    void appendJson(StringBuilder out);

    /**
     * A record or a map.
     *
     * @param fields by name, in the order of the bytes; a key that is not a text is named by its JSON
     */
    record Fields(Map<String, PayloadValue> fields) implements PayloadValue {

        /** Returns whether there is a field of that name. */
        public boolean has(String name) {
            return fields.containsKey(name);
        }

        /**
         * Returns a field.
         *
         * @throws PayloadCodecException if there is none of that name
         */
        public PayloadValue field(String name) {
            PayloadValue value = fields.get(name);
            if (value == null) {
                throw new PayloadCodecException("payload has no such field: name=" + Json.shown(name) + ", fields="
                        + Json.shown(fields.keySet().toString()));
            }
            return value;
        }

        /**
         * Returns a field that is a whole number.
         *
         * @throws PayloadCodecException if there is none of that name, or it is something else
         */
        public long whole(String name) {
            if (field(name) instanceof Whole whole) {
                return whole.value();
            }
            throw isNot("a whole number", name);
        }

        /**
         * Returns a field that is a text.
         *
         * @throws PayloadCodecException if there is none of that name, or it is something else
         */
        public String text(String name) {
            if (field(name) instanceof Text text) {
                return text.text();
            }
            throw isNot("a text", name);
        }

        private PayloadCodecException isNot(String expected, String name) {
            return new PayloadCodecException("field of a payload is not " + expected + ": name=" + Json.shown(name)
                    + ", value=" + Json.shown(field(name).toJson()));
        }

        @Override
        public void appendJson(StringBuilder out) {
            out.append('{');
            appendMembers(out);
            out.append('}');
        }

        private void appendMembers(StringBuilder out) {
            String separator = "";
            for (Map.Entry<String, PayloadValue> field : fields.entrySet()) {
                out.append(separator);
                Json.append(out, field.getKey());
                out.append(':');
                field.getValue().appendJson(out);
                separator = ",";
            }
        }
    }

    /**
     * A list or a set; also a map, or a nested record, with nothing in it.
     *
     * @param values in the order of the bytes
     */
    record Sequence(List<PayloadValue> values) implements PayloadValue {

        private static final Sequence EMPTY = new Sequence(List.of());

        @Override
        public void appendJson(StringBuilder out) {
            out.append('[');
            for (int i = 0; i < values.size(); i++) {
                if (i > 0) {
                    out.append(',');
                }
                values.get(i).appendJson(out);
            }
            out.append(']');
        }
    }

    /**
     * A value that tells its type.
     *
     * @param type the stored name
     * @param value the value
     */
    record Typed(String type, PayloadValue value) implements PayloadValue {
        @Override
        public void appendJson(StringBuilder out) {
            out.append("{\"@type\":");
            Json.append(out, type);
            if (value instanceof Fields members) {
                out.append(',');
                members.appendMembers(out);
            } else if (!value.equals(Sequence.EMPTY)) {
                out.append(",\"value\":");
                value.appendJson(out);
            }
            out.append('}');
        }
    }

    /**
     * A text, and all that is written as one: constants, times, big numbers, UUIDs.
     *
     * @param text as it stands there
     */
    record Text(String text) implements PayloadValue {
        @Override
        public void appendJson(StringBuilder out) {
            Json.append(out, text);
        }
    }

    /**
     * A whole number.
     *
     * @param value the number
     */
    record Whole(long value) implements PayloadValue {
        @Override
        public void appendJson(StringBuilder out) {
            out.append(value);
        }
    }

    /**
     * A {@code double} or {@code float}.
     *
     * @param value the number; in JSON a text if it is infinite or none
     */
    record Real(double value) implements PayloadValue {
        @Override
        public void appendJson(StringBuilder out) {
            if (Double.isFinite(value)) {
                out.append(value);
            } else {
                out.append('"').append(value).append('"');
            }
        }
    }

    /**
     * True or false.
     *
     * @param value which of them
     */
    record Flag(boolean value) implements PayloadValue {
        @Override
        public void appendJson(StringBuilder out) {
            out.append(value);
        }
    }

    /**
     * Bytes.
     *
     * @param bytes not copied; leave them as they are
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Bytes(byte[] bytes) implements PayloadValue {
        @Override
        public void appendJson(StringBuilder out) {
            out.append("\"base64:")
                    .append(Base64.getEncoder().encodeToString(bytes))
                    .append('"');
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return toJson();
        }
    }

    /** Null, or an empty optional. */
    record Nothing() implements PayloadValue {
        @Override
        public void appendJson(StringBuilder out) {
            out.append("null");
        }
    }

    private static PayloadValue readFields(PayloadReader in) {
        Map<String, PayloadValue> fields = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            String name = readName(in);
            if (fields.put(name, readValue(in)) != null) {
                throw new Refusal("a field stands twice", "name=" + Json.shown(name));
            }
        }
        return new Fields(Collections.unmodifiableMap(fields));
    }

    private static String readName(PayloadReader in) {
        if (in.peek() != WireCode.EVENT_OBJECT) {
            return in.readName();
        }
        in.next();
        PayloadValue key = readValue(in);
        return key instanceof Text name ? name.text() : key.toJson();
    }

    private static PayloadValue readValue(PayloadReader in) {
        int code = in.peek();
        if (WireCode.isText(code)) {
            return new Text(in.readText());
        }
        if (in.isInteger()) {
            return new Whole(in.readLong());
        }
        return switch (code) {
            case WireCode.TRUE, WireCode.FALSE -> new Flag(in.readBoolean());
            case WireCode.NULL -> {
                in.next();
                yield new Nothing();
            }
            case WireCode.UUID -> new Text(in.readUuid().toString());
            case WireCode.TIME, WireCode.DATE, WireCode.DATE_TIME, WireCode.ZONED_DATE_TIME ->
                new Text(in.readText(code));
            case WireCode.TYPE_PREFIX -> {
                in.enter();
                Typed typed = new Typed(in.readText(code), readValue(in));
                in.leave();
                yield typed;
            }
            case WireCode.LENGTH8, WireCode.LENGTH16, WireCode.LENGTH32 -> {
                int outerLimit = in.beginLength();
                PayloadValue content = readContent(in);
                in.endLength(outerLimit);
                yield content;
            }
            default -> new Real(in.readDouble());
        };
    }

    /** Reads what follows a length: bytes, fields or a sequence, told apart by their first code. */
    private static PayloadValue readContent(PayloadReader in) {
        if (!in.hasRemaining()) {
            return Sequence.EMPTY;
        }
        int code = in.peek();
        if (code == WireCode.U8_ARRAY) {
            in.next();
            return new Bytes(in.readRest());
        }
        if (WireCode.startsName(code)) {
            return readFields(in);
        }
        List<PayloadValue> values = new ArrayList<>();
        while (in.hasRemaining()) {
            values.add(readValue(in));
        }
        return new Sequence(Collections.unmodifiableList(values));
    }
}
