package io.stele.codec;

import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads single values from a buffer without moving it, as drawn in {@link RecordCodec}. Trusts nothing: every length is checked
 * against what is left before anything is allocated or skipped, and containers nest at most {@link #DEPTH_MAX} deep.
 *
 * <p>It also holds the components of the records that are being read, primitives in {@code longs} and the rest in
 * {@code references}, as a stack, so that reading allocates nothing but its result. Reused; confined to its thread.
 */
final class PayloadReader implements Slots {

    /** How deep containers, nested records and typed values may stand in each other. */
    static final int DEPTH_MAX = 64;

    private static final int SCRATCH_BYTES_MAX = 8 << 10;
    private static final int SLOT_COUNT_MIN = 64;
    /**
     * A buffer up to this size stays where it is after a value was read. Whoever replays a history comes with the same one again, and a
     * reference that is written per event costs a barrier of the collector each time.
     */
    private static final int BUFFER_BYTES_KEPT_MAX = 1 << 20;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final ThreadLocal<PayloadReader> READERS = ThreadLocal.withInitial(PayloadReader::new);

    private ByteBuffer buffer = NOTHING;
    private int position;
    private int limit;
    private int depth;
    private boolean inUse;
    private byte[] scratch = new byte[256];
    private int slotCount;
    private int base;
    private long[] longs = new long[SLOT_COUNT_MIN];
    private @Nullable Object[] references = new @Nullable Object[SLOT_COUNT_MIN];
    private boolean[] seen = new boolean[SLOT_COUNT_MIN];

    /** What was looked up last: most of the time it is looked up again. */
    private @Nullable Catalog latestCatalog;

    private @Nullable StoredType latestType;
    private @Nullable StoredClass latestClass;

    private PayloadReader() {}

    /** Takes this thread's reader, or a new one if that is at work further up the stack. Give it back with {@link #close}. */
    @SuppressWarnings("ReferenceEquality") // equal but not the same is written anew
    static PayloadReader open(ByteBuffer payload) {
        PayloadReader reader = READERS.get();
        if (reader.inUse) {
            reader = new PayloadReader();
        }
        reader.inUse = true;
        if (reader.buffer != payload || payload.order() != ByteOrder.LITTLE_ENDIAN) {
            reader.buffer = payload.order() == ByteOrder.LITTLE_ENDIAN
                    ? payload
                    : payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }
        reader.position = payload.position();
        reader.limit = payload.limit();
        return reader;
    }

    void close() {
        if (slotCount > 0) {
            Arrays.fill(references, 0, slotCount, null);
        }
        if (longs.length > 16 * SLOT_COUNT_MIN) {
            longs = new long[SLOT_COUNT_MIN];
            references = new @Nullable Object[SLOT_COUNT_MIN];
            seen = new boolean[SLOT_COUNT_MIN];
        }
        slotCount = 0;
        depth = 0;
        if (buffer.capacity() > BUFFER_BYTES_KEPT_MAX) {
            buffer = NOTHING;
        }
        inUse = false;
    }

    /** As {@link Catalog#find(StoredType)}; costs next to nothing for the very object that was looked up last. */
    @SuppressWarnings("ReferenceEquality") // equal but not the same only costs a look-up
    @Nullable StoredClass find(Catalog catalog, StoredType type) {
        if (type != latestType || catalog != latestCatalog) {
            latestClass = catalog.find(type);
            latestType = latestClass == null ? null : type;
            latestCatalog = catalog;
        }
        return latestClass;
    }

    int reserve(int count) {
        int start = slotCount;
        slotCount += count;
        if (slotCount > longs.length) {
            int capacity = Math.max(slotCount, 2 * longs.length);
            longs = Arrays.copyOf(longs, capacity);
            references = Arrays.copyOf(references, capacity);
            seen = Arrays.copyOf(seen, capacity);
        }
        return start;
    }

    void release(int start) {
        Arrays.fill(references, start, slotCount, null);
        slotCount = start;
    }

    void base(int start) {
        base = start;
    }

    void set(int slot, long value) {
        longs[slot] = value;
    }

    void set(int slot, @Nullable Object value) {
        references[slot] = value;
    }

    boolean seen(int slot) {
        return seen[slot];
    }

    void seen(int slot, boolean value) {
        seen[slot] = value;
    }

    @Override
    public long longAt(int index) {
        return longs[base + index];
    }

    @Override
    public @Nullable Object referenceAt(int index) {
        return references[base + index];
    }

    boolean hasRemaining() {
        return position < limit;
    }

    int peek() {
        if (position >= limit) {
            throw endsTooEarly();
        }
        return buffer.get(position) & 0xff;
    }

    int next() {
        int code = peek();
        position++;
        return code;
    }

    private void require(int expectedCode, String expected) {
        int code = next();
        if (code != expectedCode) {
            throw unexpected(expected, code);
        }
    }

    /** Passes over {@code tag} if it is what comes next. */
    boolean skip(Tag tag) {
        int lengthBytes = tag.lengthBytes();
        if (limit - position < lengthBytes || !tag.isAt(buffer, position)) {
            return false;
        }
        position += lengthBytes;
        return true;
    }

    boolean skipNull() {
        if (peek() != WireCode.NULL) {
            return false;
        }
        position++;
        return true;
    }

    void enter() {
        if (++depth > DEPTH_MAX) {
            throw new Refusal("values are nested too deep", "depthMax=" + DEPTH_MAX + ", offsetBytes=" + position);
        }
    }

    void leave() {
        depth--;
    }

    /** Enters a value with a length in front; returns what {@link #endLength} wants. */
    int beginLength() {
        enter();
        int outerLimit = limit;
        int lengthBytes = lengthBytes(next());
        limit = position + lengthBytes;
        return outerLimit;
    }

    /** Leaves the value, which must have been read to its end. */
    void endLength(int outerLimit) {
        requireEnd();
        limit = outerLimit;
        leave();
    }

    void requireEnd() {
        if (position != limit) {
            throw new Refusal("bytes are left over", "offsetBytes=" + position + ", leftBytes=" + (limit - position));
        }
    }

    private int lengthBytes(int code) {
        long lengthBytes = switch (code) {
            case WireCode.LENGTH8 -> bits(1) & 0xff;
            case WireCode.LENGTH16 -> bits(2) & 0xffff;
            case WireCode.LENGTH32 -> bits(4) & 0xffff_ffffL;
            default -> throw unexpected("a length", code);
        };
        return checked(lengthBytes);
    }

    private int checked(long lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > limit - position) {
            throw new Refusal(
                    "a length goes beyond the end",
                    "lengthBytes=" + lengthBytes + ", leftBytes=" + (limit - position) + ", offsetBytes=" + position);
        }
        return (int) lengthBytes;
    }

    /** Reads 1, 2, 4 or 8 bytes; the upper bits are the sign. */
    private long bits(int count) {
        int start = position;
        if (limit - start < count) {
            throw endsTooEarly();
        }
        position = start + count;
        return switch (count) {
            case 1 -> buffer.get(start);
            case 2 -> buffer.getShort(start);
            case 4 -> buffer.getInt(start);
            default -> buffer.getLong(start);
        };
    }

    private long stopBit() {
        long value = 0;
        int shift = 0;
        int next = (int) bits(1);
        while (next < 0 && shift < 63) {
            value |= (next & 0x7fL) << shift;
            shift += 7;
            next = (int) bits(1);
        }
        if (next < 0 || (shift == 63 && next != 0)) {
            throw new Refusal("a number has too many bytes", "offsetBytes=" + position);
        }
        if (next == 0 && shift > 0) {
            return ~value;
        }
        return value | (long) next << shift;
    }

    boolean isInteger() {
        int code = peek();
        return code < 0x80 || (code >= WireCode.UINT8 && code <= WireCode.INT64);
    }

    /** Reads a whole number, also one that was written as a fraction without a fractional part. */
    long readLong() {
        int code = next();
        if (code < 0x80) {
            return code;
        }
        return switch (code) {
            case WireCode.UINT8 -> bits(1) & 0xff;
            case WireCode.UINT16 -> bits(2) & 0xffff;
            case WireCode.UINT32 -> bits(4) & 0xffff_ffffL;
            case WireCode.INT8 -> bits(1);
            case WireCode.INT16 -> bits(2);
            case WireCode.INT32 -> bits(4);
            case WireCode.INT64 -> bits(8);
            default -> whole(fraction(code, "a whole number"));
        };
    }

    /** Reads a whole number within bounds. */
    long readLong(long min, long max, String javaType) {
        long value = readLong();
        if (value < min || value > max) {
            throw doesNotFit(Long.toString(value), javaType);
        }
        return value;
    }

    double readDouble() {
        if (!isInteger()) {
            return fraction(next(), "a number");
        }
        long value = readLong();
        double widened = (double) value;
        if ((long) widened != value || widened == 0x1p63) {
            throw doesNotFit(Long.toString(value), "double");
        }
        return widened;
    }

    float readFloat() {
        double value = readDouble();
        float narrowed = (float) value;
        if (Double.compare(narrowed, value) != 0) {
            throw doesNotFit(Double.toString(value), "float");
        }
        return narrowed;
    }

    boolean readBoolean() {
        int code = next();
        if (code != WireCode.TRUE && code != WireCode.FALSE) {
            throw unexpected("true or false", code);
        }
        return code == WireCode.TRUE;
    }

    char readChar() {
        String text = readText();
        if (text.length() != 1) {
            throw doesNotFit('"' + Json.escape(text) + '"', "char");
        }
        return text.charAt(0);
    }

    String readText() {
        return utf8(beginText());
    }

    /** Reads a text that follows a code of its own. */
    String readText(int expectedCode) {
        require(expectedCode, "the code in front of it");
        return utf8(checked(stopBit()));
    }

    /** Reads a name in front of a field; not one that is a value ({@link WireCode#EVENT_OBJECT}). */
    String readName() {
        if (peek() != WireCode.NAME_NUMBER) {
            return latin1(beginName());
        }
        position++;
        return Long.toString(stopBit());
    }

    int beginText() {
        int code = next();
        if (!WireCode.isText(code)) {
            throw unexpected("a text", code);
        }
        return checked(code == WireCode.TEXT_ANY ? stopBit() : code - WireCode.TEXT_0);
    }

    int beginName() {
        int code = next();
        boolean hasLength = code == WireCode.NAME_ANY || code == WireCode.EVENT_NAME;
        if (!hasLength && (code < WireCode.NAME_0 || code > WireCode.NAME_31)) {
            throw unexpected("a name", code);
        }
        return checked(hasLength ? stopBit() : code - WireCode.NAME_0);
    }

    void copy(byte[] target, int at, int lengthBytes) {
        buffer.get(position, target, at, lengthBytes);
        position += lengthBytes;
    }

    byte[] readBytes() {
        int outerLimit = beginLength();
        require(WireCode.U8_ARRAY, "bytes");
        byte[] value = readRest();
        endLength(outerLimit);
        return value;
    }

    byte[] readRest() {
        byte[] rest = new byte[limit - position];
        buffer.get(position, rest);
        position = limit;
        return rest;
    }

    UUID readUuid() {
        require(WireCode.UUID, "a UUID");
        long high = bits(8);
        return new UUID(high, bits(8));
    }

    void skipValue() {
        int code = next();
        while (code == WireCode.TYPE_PREFIX) {
            pass(checked(stopBit()));
            code = next();
        }
        if (code >= WireCode.TEXT_0) {
            pass(checked(code - WireCode.TEXT_0));
        } else if (code >= 0x80) {
            skipCoded(code);
        }
    }

    /** A method, because {@code position += f()} would take the position before {@code f} moves it. */
    private void pass(int lengthBytes) {
        position += lengthBytes;
    }

    private void skipCoded(int code) {
        switch (code) {
            case WireCode.LENGTH8, WireCode.LENGTH16, WireCode.LENGTH32 -> pass(lengthBytes(code));
            case WireCode.FLOAT_STOP_2, WireCode.FLOAT_STOP_4, WireCode.FLOAT_STOP_6 -> stopBit();
            case WireCode.UINT8, WireCode.INT8 -> bits(1);
            case WireCode.UINT16, WireCode.INT16 -> bits(2);
            case WireCode.UINT32, WireCode.INT32, WireCode.FLOAT32 -> bits(4);
            case WireCode.INT64, WireCode.FLOAT64 -> bits(8);
            case WireCode.UUID -> pass(checked(16));
            case WireCode.TRUE, WireCode.FALSE, WireCode.NULL -> {}
            case WireCode.TIME, WireCode.DATE, WireCode.DATE_TIME, WireCode.ZONED_DATE_TIME, WireCode.TEXT_ANY ->
                pass(checked(stopBit()));
            default -> throw unexpected("a value", code);
        }
    }

    private double fraction(int code, String expected) {
        return switch (code) {
            case WireCode.FLOAT32 -> Float.intBitsToFloat((int) bits(4));
            case WireCode.FLOAT64 -> Double.longBitsToDouble(bits(8));
            case WireCode.FLOAT_STOP_2 -> stopBit() / 1e2;
            case WireCode.FLOAT_STOP_4 -> stopBit() / 1e4;
            case WireCode.FLOAT_STOP_6 -> stopBit() / 1e6;
            default -> throw unexpected(expected, code);
        };
    }

    private long whole(double value) {
        long whole = (long) value;
        if (whole != value || value == 0x1p63) {
            throw doesNotFit(Double.toString(value), "long");
        }
        return whole;
    }

    private String latin1(int lengthBytes) {
        byte[] bytes = take(lengthBytes);
        return new String(bytes, 0, lengthBytes, StandardCharsets.ISO_8859_1);
    }

    private String utf8(int lengthBytes) {
        byte[] bytes = take(lengthBytes);
        for (int i = 0; i < lengthBytes; i++) {
            if (bytes[i] < 0) {
                return Utf8.decode(bytes, lengthBytes, position - lengthBytes);
            }
        }
        return new String(bytes, 0, lengthBytes, StandardCharsets.ISO_8859_1);
    }

    /** Copies bytes out of the buffer; valid until the next call. */
    private byte[] take(int lengthBytes) {
        if (lengthBytes > scratch.length && lengthBytes <= SCRATCH_BYTES_MAX) {
            scratch = new byte[SCRATCH_BYTES_MAX];
        }
        byte[] bytes = lengthBytes <= scratch.length ? scratch : new byte[lengthBytes];
        buffer.get(position, bytes, 0, lengthBytes);
        position += lengthBytes;
        return bytes;
    }

    Refusal unexpected(String expected, int code) {
        return new Refusal(
                "found something other than " + expected,
                "code=0x" + Integer.toHexString(code) + ", offsetBytes=" + (position - 1));
    }

    private Refusal doesNotFit(String value, String javaType) {
        return new Refusal(
                "a value does not fit", "value=" + value + ", javaType=" + javaType + ", offsetBytes=" + position);
    }

    private Refusal endsTooEarly() {
        return new Refusal("the bytes end too early", "offsetBytes=" + position);
    }
}
