package io.stele.runtime;

import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Encodes single values, off the hot path. */
final class Encoding {
    private static final int BYTES_MIN = 256;
    private static final int BYTES_MAX = 256 << 20;

    private Encoding() {}

    /** Returns {@code value} encoded, trying larger and larger buffers. */
    static byte[] encode(PayloadCodec codec, Object value) {
        for (int capacity = BYTES_MIN; capacity <= BYTES_MAX; capacity *= 2) {
            ByteBuffer target = ByteBuffer.allocate(capacity);
            try {
                codec.encode(value, target);
                return Arrays.copyOf(target.array(), target.position());
            } catch (BufferOverflowException e) {
                assert target.position() == 0 : "a codec that overflows leaves the position";
            }
        }
        throw new PayloadCodecException(
                "value is too large to be stored: class=" + value.getClass().getName() + ", bytesMax=" + BYTES_MAX);
    }
}
