package io.stele.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes that are written and looked for over and over: the name of a component, a type prefix, an enum constant. Compared and
 * copied in words rather than through an array. Immutable: any thread.
 */
final class Tag {

    private static final int NAME_LENGTH_MAX = 255;

    private final byte[] bytes;
    private final long first;
    private final long last;

    private Tag(byte[] bytes) {
        this.bytes = bytes;
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length >= 8) {
            first = view.getLong(0);
            last = view.getLong(bytes.length - 8);
        } else if (bytes.length >= 4) {
            first = view.getInt(0);
            last = view.getInt(bytes.length - 4);
        } else {
            first = 0;
            last = 0;
        }
    }

    /** The name of a field. */
    static Tag name(String name) {
        byte[] latin1 = name.getBytes(StandardCharsets.ISO_8859_1);
        if (latin1.length > NAME_LENGTH_MAX || !new String(latin1, StandardCharsets.ISO_8859_1).equals(name)) {
            throw new Refusal("component name must have 1 to 255 characters of Latin-1", "component=" + name);
        }
        if (latin1.length <= WireCode.SHORT_LENGTH_MAX) {
            return of(new byte[] {(byte) (WireCode.NAME_0 + latin1.length)}, latin1);
        }
        return of(lengthHeader(WireCode.NAME_ANY, latin1.length), latin1);
    }

    /** A type prefix. */
    static Tag prefix(String storedName) {
        byte[] utf8 = storedName.getBytes(StandardCharsets.UTF_8);
        return of(lengthHeader(WireCode.TYPE_PREFIX, utf8.length), utf8);
    }

    /** A text value. */
    static Tag text(String value) {
        ByteBuffer target = ByteBuffer.allocate(8 + 3 * value.length()).order(ByteOrder.LITTLE_ENDIAN);
        PayloadWriter.putText(target, value);
        return of(Arrays.copyOf(target.array(), target.position()), new byte[0]);
    }

    void put(ByteBuffer target) {
        int length = bytes.length;
        if (length >= 8 && length <= 16 && target.remaining() >= length) {
            int start = target.position();
            target.putLong(start, first).putLong(start + length - 8, last).position(start + length);
        } else if (length >= 4 && length < 8 && target.remaining() >= length) {
            int start = target.position();
            target.putInt(start, (int) first)
                    .putInt(start + length - 4, (int) last)
                    .position(start + length);
        } else {
            target.put(bytes);
        }
    }

    /** Whether it stands at {@code position}; the caller has seen to it that so many bytes are left. */
    boolean isAt(ByteBuffer source, int position) {
        int length = bytes.length;
        if (length >= 8 && length <= 16) {
            return source.getLong(position) == first && source.getLong(position + length - 8) == last;
        }
        if (length >= 4 && length < 8) {
            return source.getInt(position) == (int) first && source.getInt(position + length - 4) == (int) last;
        }
        for (int i = 0; i < length; i++) {
            if (source.get(position + i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    int lengthBytes() {
        return bytes.length;
    }

    private static Tag of(byte[] header, byte[] content) {
        byte[] all = Arrays.copyOf(header, header.length + content.length);
        System.arraycopy(content, 0, all, header.length, content.length);
        return new Tag(all);
    }

    /** A code and a length of at most 255 as stop bits. */
    private static byte[] lengthHeader(int code, int length) {
        return length <= 0x7f
                ? new byte[] {(byte) code, (byte) length}
                : new byte[] {(byte) code, (byte) (length | 0x80), (byte) (length >> 7)};
    }
}
