package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.nio.charset.StandardCharsets;

/**
 * Texts.
 *
 * <pre>
 *   text  =  2n     n×Latin-1        all characters are below 256: one byte each
 *         |  2n+1   n×UTF-16         big-endian; halves of surrogate pairs stay what they are
 * </pre>
 */
final class WireText {

    private WireText() {}

    static void put(BodyKryo kryo, Output out, String text) {
        int length = text.length();
        if (length > 1 << 28) {
            throw new KryoException("a text is too long: length=" + length);
        }
        if (isLatin1(text)) {
            out.writeVarInt(2 * length, true);
            putLatin1(kryo.scratch, out, text);
        } else {
            out.writeVarInt(2 * length + 1, true);
            for (int i = 0; i < length; i++) {
                out.writeShort(text.charAt(i));
            }
        }
    }

    private static boolean isLatin1(String text) {
        int bits = 0;
        for (int i = 0; i < text.length(); i++) {
            bits |= text.charAt(i);
        }
        return bits < 0x100;
    }

    @SuppressWarnings(
            "deprecation") // does what is wanted here: the low byte of each character, without an array of its own
    private static void putLatin1(byte[] scratch, Output out, String text) {
        int length = text.length();
        for (int from = 0; from < length; from += scratch.length) {
            int count = Math.min(scratch.length, length - from);
            text.getBytes(from, from + count, scratch, 0);
            out.writeBytes(scratch, 0, count);
        }
    }

    static String take(BodyKryo kryo, Input in) {
        int code = in.readVarInt(true);
        int length = code >>> 1;
        boolean isLatin1 = (code & 1) == 0;
        int left = in.limit() - in.position();
        if (code < 0 || (isLatin1 ? length : 2L * length) > left) {
            throw new KryoException("a text is longer than what follows: length=" + length + ", bytesLeft=" + left);
        }
        if (!isLatin1) {
            char[] chars = new char[length];
            for (int i = 0; i < length; i++) {
                chars[i] = (char) in.readShortUnsigned();
            }
            return new String(chars);
        }
        if (length > kryo.scratch.length) {
            return new String(in.readBytes(length), StandardCharsets.ISO_8859_1);
        }
        in.readBytes(kryo.scratch, 0, length);
        return new String(kryo.scratch, 0, length, StandardCharsets.ISO_8859_1);
    }
}
