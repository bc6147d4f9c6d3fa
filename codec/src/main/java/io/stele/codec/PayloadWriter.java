package io.stele.codec;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Puts single values into a little-endian buffer, as drawn in {@link RecordCodec}. Every method throws
 * {@link BufferOverflowException} if the buffer has too little room, and allocates nothing.
 */
final class PayloadWriter {

    private static final int LENGTH8_HEADER_BYTES = 2;

    private PayloadWriter() {}

    /** Puts an integer in as few bytes as hold it. */
    static void putLong(ByteBuffer target, long value) {
        if (value >= 0) {
            putPositive(target, value);
        } else if (value >= Byte.MIN_VALUE) {
            target.put((byte) WireCode.INT8).put((byte) value);
        } else if (value >= Short.MIN_VALUE) {
            target.put((byte) WireCode.INT16).putShort((short) value);
        } else if (value >= Integer.MIN_VALUE) {
            target.put((byte) WireCode.INT32).putInt((int) value);
        } else {
            target.put((byte) WireCode.INT64).putLong(value);
        }
    }

    private static void putPositive(ByteBuffer target, long value) {
        if (value < 0x80) {
            target.put((byte) value);
        } else if (value <= 0xff) {
            target.put((byte) WireCode.UINT8).put((byte) value);
        } else if (value <= 0xffff) {
            target.put((byte) WireCode.UINT16).putShort((short) value);
        } else if (value <= 0xffff_ffffL) {
            target.put((byte) WireCode.UINT32).putInt((int) value);
        } else {
            target.put((byte) WireCode.INT64).putLong(value);
        }
    }

    static void putDouble(ByteBuffer target, double value) {
        target.put((byte) WireCode.FLOAT64).putDouble(value);
    }

    static void putFloat(ByteBuffer target, float value) {
        target.put((byte) WireCode.FLOAT32).putFloat(value);
    }

    static void putBoolean(ByteBuffer target, boolean value) {
        target.put((byte) (value ? WireCode.TRUE : WireCode.FALSE));
    }

    static void putNull(ByteBuffer target) {
        target.put((byte) WireCode.NULL);
    }

    /** Puts a text value. */
    static void putText(ByteBuffer target, String value) {
        int lengthBytes = utf8Bytes(value);
        if (lengthBytes <= WireCode.SHORT_LENGTH_MAX) {
            target.put((byte) (WireCode.TEXT_0 + lengthBytes));
        } else {
            target.put((byte) WireCode.TEXT_ANY);
            putStopBit(target, lengthBytes);
        }
        putUtf8(target, value, lengthBytes);
    }

    /** Puts a text of one character. */
    static void putText(ByteBuffer target, char value) {
        target.put((byte) (WireCode.TEXT_0 + (value <= 0x7f ? 1 : value <= 0x7ff ? 2 : 3)));
        putUnit(target, value);
    }

    /** Puts a code that is always followed by a length and a text. */
    static void putText(ByteBuffer target, int code, String value) {
        int lengthBytes = utf8Bytes(value);
        target.put((byte) code);
        putStopBit(target, lengthBytes);
        putUtf8(target, value, lengthBytes);
    }

    static void putBytes(ByteBuffer target, byte[] value) {
        int start = beginLength(target);
        target.put((byte) WireCode.U8_ARRAY).put(value);
        endLength(target, start);
    }

    static void putUuid(ByteBuffer target, UUID value) {
        target.put((byte) WireCode.UUID)
                .putLong(value.getMostSignificantBits())
                .putLong(value.getLeastSignificantBits());
    }

    /** Opens a value with a length in front. */
    static int beginLength(ByteBuffer target) {
        int start = target.position();
        target.put((byte) WireCode.LENGTH8).put((byte) 0);
        return start;
    }

    /** Sets the length of what was put since {@link #beginLength}, making room for a longer one where it is needed. */
    static void endLength(ByteBuffer target, int start) {
        int content = start + LENGTH8_HEADER_BYTES;
        int lengthBytes = target.position() - content;
        if (lengthBytes <= 0xff) {
            target.put(start + 1, (byte) lengthBytes);
            return;
        }
        int extraBytes = lengthBytes <= 0xffff ? 1 : 3;
        if (target.remaining() < extraBytes) {
            throw new BufferOverflowException();
        }
        target.position(target.position() + extraBytes);
        target.put(content + extraBytes, target, content, lengthBytes);
        if (extraBytes == 1) {
            target.put(start, (byte) WireCode.LENGTH16).putShort(start + 1, (short) lengthBytes);
        } else {
            target.put(start, (byte) WireCode.LENGTH32).putInt(start + 1, lengthBytes);
        }
    }

    private static void putStopBit(ByteBuffer target, int value) {
        int rest = value;
        while (rest > 0x7f) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    private static int utf8Bytes(String value) {
        int length = value.length();
        long lengthBytes = length;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c > 0x7f) {
                lengthBytes += c > 0x7ff ? 2 : 1;
            }
        }
        if (lengthBytes > Integer.MAX_VALUE) {
            throw new BufferOverflowException();
        }
        return (int) lengthBytes;
    }

    private static void putUtf8(ByteBuffer target, String value, int lengthBytes) {
        if (target.remaining() < lengthBytes) {
            throw new BufferOverflowException();
        }
        if (lengthBytes == value.length()) {
            putAscii(target, value);
            return;
        }
        for (int i = 0; i < value.length(); i++) {
            putUnit(target, value.charAt(i));
        }
    }

    private static void putUnit(ByteBuffer target, char c) {
        if (c <= 0x7f) {
            target.put((byte) c);
        } else if (c <= 0x7ff) {
            target.put((byte) (0xc0 | (c >> 6))).put((byte) (0x80 | (c & 0x3f)));
        } else {
            target.put((byte) (0xe0 | (c >> 12)))
                    .put((byte) (0x80 | ((c >> 6) & 0x3f)))
                    .put((byte) (0x80 | (c & 0x3f)));
        }
    }

    /** Eight characters at a time. */
    private static void putAscii(ByteBuffer target, String value) {
        int length = value.length();
        int i = 0;
        for (; i <= length - 8; i += 8) {
            target.putLong(four(value, i) | four(value, i + 4) << 32);
        }
        if (i <= length - 4) {
            target.putInt((int) four(value, i));
            i += 4;
        }
        for (; i < length; i++) {
            target.put((byte) value.charAt(i));
        }
    }

    private static long four(String value, int index) {
        return value.charAt(index)
                | (long) value.charAt(index + 1) << 8
                | (long) value.charAt(index + 2) << 16
                | (long) value.charAt(index + 3) << 24;
    }
}
