package io.stele.codec;

import io.stele.spi.PayloadCodecException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes payloads as JSON in UTF-8, byte for byte what {@link PayloadValue#toJson()} returns, without making the values in between:
 * for exports and scans of a whole history.
 *
 * <pre>
 *   PayloadJson json = new PayloadJson();
 *   json.write(event.payload());
 *   out.write(json.bytes(), 0, json.length());
 * </pre>
 *
 * <p>Reused; allocates nothing for payloads of plain texts, numbers and records of at most 16 fields, and leaves the others to {@link
 * PayloadValue}. Confined to one thread.
 */
public final class PayloadJson {
    private static final int FIELDS_MAX = 16;
    private static final byte[] DIGITS = "0123456789".getBytes(StandardCharsets.US_ASCII);
    /** What stands in a JSON text as it is, one of these for each ASCII character. */
    private static final boolean[] PLAIN = plain();

    private byte[] bytes = new byte[1024];
    private int length;
    /** Where names begin and end that stand in the records around the current place: {@code start << 32 | end}. */
    private final long[] names = new long[FIELDS_MAX * (PayloadReader.DEPTH_MAX + 1)];

    /** What is not written here. */
    private static final class Unusual extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unusual() {
            super(null, null, false, false);
        }
    }

    /** Makes one that has written nothing. */
    public PayloadJson() {}

    private static boolean[] plain() {
        boolean[] plain = new boolean[128];
        Arrays.fill(plain, ' ', 0x7f, true);
        plain['"'] = false;
        plain['\\'] = false;
        return plain;
    }

    /**
     * Writes a payload in place of what was written before, and leaves the buffer as it is. O(bytes).
     *
     * @throws PayloadCodecException as {@link PayloadValue#read} does; then nothing has been written
     */
    public void write(ByteBuffer payload) {
        length = 0;
        PayloadReader in = PayloadReader.open(payload);
        try {
            if (!in.hasRemaining() || WireCode.startsName(in.peek())) {
                fields(in, 0, true);
            } else {
                value(in, 0);
            }
            in.requireEnd();
            return;
        } catch (Unusual | Refusal e) {
            length = 0; // said below, by the one that knows everything
        } finally {
            in.close();
        }
        append(PayloadValue.read(payload).toJson());
    }

    /** Returns what was written, from 0 to {@link #length()}; valid until the next {@link #write}. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns how many bytes were written. */
    public int length() {
        return length;
    }

    private void fields(PayloadReader in, int depth, boolean hasBraces) {
        if (hasBraces) {
            put('{');
        }
        int count = 0;
        while (in.hasRemaining()) {
            if (count == FIELDS_MAX || in.peek() == WireCode.EVENT_OBJECT) {
                throw new Unusual();
            }
            if (count > 0) {
                put(',');
            }
            int start = length;
            name(in);
            names[depth * FIELDS_MAX + count] = (long) start << 32 | length;
            requireNew(depth, count++);
            put(':');
            value(in, depth + 1);
        }
        if (hasBraces) {
            put('}');
        }
    }

    private void requireNew(int depth, int last) {
        int base = depth * FIELDS_MAX;
        for (int i = 0; i < last; i++) {
            if (Arrays.equals(
                    bytes,
                    (int) (names[base + i] >>> 32),
                    (int) names[base + i],
                    bytes,
                    (int) (names[base + last] >>> 32),
                    (int) names[base + last])) {
                throw new Unusual();
            }
        }
    }

    private void name(PayloadReader in) {
        int code = in.peek();
        if (code == WireCode.NAME_NUMBER) {
            text(in.readName());
        } else {
            plainText(in, in.beginName());
        }
    }

    private void value(PayloadReader in, int depth) {
        int code = in.peek();
        if (WireCode.isText(code)) {
            plainText(in, in.beginText());
        } else if (in.isInteger()) {
            whole(in.readLong());
        } else {
            coded(in, code, depth);
        }
    }

    private void coded(PayloadReader in, int code, int depth) {
        switch (code) {
            case WireCode.TRUE, WireCode.FALSE -> ascii(in.readBoolean() ? "true" : "false");
            case WireCode.NULL -> {
                in.next();
                ascii("null");
            }
            case WireCode.UUID -> text(in.readUuid().toString());
            case WireCode.TIME, WireCode.DATE, WireCode.DATE_TIME, WireCode.ZONED_DATE_TIME -> text(in.readText(code));
            case WireCode.TYPE_PREFIX -> typed(in, depth);
            case WireCode.LENGTH8, WireCode.LENGTH16, WireCode.LENGTH32 -> {
                int outerLimit = in.beginLength();
                content(in, depth);
                in.endLength(outerLimit);
            }
            default -> real(in.readDouble());
        }
    }

    private void typed(PayloadReader in, int depth) {
        in.enter();
        ascii("{\"@type\":");
        text(in.readText(WireCode.TYPE_PREFIX));
        int code = in.peek();
        if (code == WireCode.LENGTH8 || code == WireCode.LENGTH16 || code == WireCode.LENGTH32) {
            int outerLimit = in.beginLength();
            if (in.hasRemaining()) {
                if (!WireCode.startsName(in.peek())) {
                    throw new Unusual();
                }
                put(',');
                fields(in, depth, false);
            }
            in.endLength(outerLimit);
        } else {
            ascii(",\"value\":");
            value(in, depth);
        }
        put('}');
        in.leave();
    }

    /** As in {@link PayloadValue}: bytes, fields or a sequence, told apart by their first code. */
    private void content(PayloadReader in, int depth) {
        if (!in.hasRemaining()) {
            ascii("[]");
            return;
        }
        int code = in.peek();
        if (code == WireCode.U8_ARRAY) {
            throw new Unusual();
        }
        if (WireCode.startsName(code)) {
            fields(in, depth, true);
            return;
        }
        put('[');
        value(in, depth);
        while (in.hasRemaining()) {
            put(',');
            value(in, depth);
        }
        put(']');
    }

    private void plainText(PayloadReader in, int lengthBytes) {
        require(lengthBytes + 2);
        bytes[length] = '"';
        in.copy(bytes, length + 1, lengthBytes);
        for (int i = length + 1; i <= length + lengthBytes; i++) {
            if (bytes[i] < 0 || !PLAIN[bytes[i]]) {
                throw new Unusual();
            }
        }
        length += lengthBytes + 2;
        bytes[length - 1] = '"';
    }

    private void text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= PLAIN.length || !PLAIN[c]) {
                throw new Unusual();
            }
        }
        put('"');
        ascii(text);
        put('"');
    }

    private void real(double value) {
        if (Double.isFinite(value)) {
            ascii(Double.toString(value));
        } else {
            text(Double.toString(value));
        }
    }

    private void whole(long value) {
        if (value < 0) {
            ascii(Long.toString(value));
            return;
        }
        require(20);
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        long rest = value;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = DIGITS[(int) (rest % 10)];
            rest /= 10;
        }
        length += digits;
    }

    private void put(char c) {
        require(1);
        bytes[length++] = (byte) c;
    }

    @SuppressWarnings("deprecation") // one byte per character is just what it is
    private void ascii(String text) {
        require(text.length());
        text.getBytes(0, text.length(), bytes, length);
        length += text.length();
    }

    private void append(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        require(encoded.length);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
    }

    private void require(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
