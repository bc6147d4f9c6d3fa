package io.stele.codec;

/**
 * Text as Chronicle Wire writes it: every UTF-16 unit on its own, so that a surrogate takes three bytes and any Java string,
 * half pairs included, comes back as it was. The four-byte form of ordinary UTF-8 is read as well.
 */
final class Utf8 {

    private Utf8() {}

    /** Reads a text; {@code offsetBytes} is where it stands, for the report. */
    static String decode(byte[] bytes, int lengthBytes, int offsetBytes) {
        char[] chars = new char[lengthBytes];
        int count = 0;
        int i = 0;
        while (i < lengthBytes) {
            int first = bytes[i] & 0xff;
            int size = size(first);
            int point = size == 0 || i + size > lengthBytes ? -1 : point(bytes, i, size);
            if (point < 0) {
                throw new Refusal("a text is not UTF-8", "offsetBytes=" + (offsetBytes + i));
            }
            if (point <= 0xffff) {
                chars[count++] = (char) point;
            } else {
                chars[count++] = Character.highSurrogate(point);
                chars[count++] = Character.lowSurrogate(point);
            }
            i += size;
        }
        return new String(chars, 0, count);
    }

    private static int size(int first) {
        if (first < 0x80) {
            return 1;
        }
        if (first >= 0xc2 && first <= 0xdf) {
            return 2;
        }
        if (first >= 0xe0 && first <= 0xef) {
            return 3;
        }
        return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
    }

    /** Returns the code point, or −1 if the bytes are none, or are longer than they need to be. */
    private static int point(byte[] bytes, int start, int size) {
        if (size == 1) {
            return bytes[start];
        }
        int point = bytes[start] & (0xff >> (size + 1));
        for (int i = 1; i < size; i++) {
            int next = bytes[start + i];
            if ((next & 0xc0) != 0x80) {
                return -1;
            }
            point = point << 6 | (next & 0x3f);
        }
        int min = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
        return point < min || point > Character.MAX_CODE_POINT ? -1 : point;
    }
}
