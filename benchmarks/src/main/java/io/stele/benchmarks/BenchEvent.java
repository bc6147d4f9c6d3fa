package io.stele.benchmarks;

import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The event of the journal's benchmarks: 128 bytes when encoded, a number and 120 bytes that nobody looks at. Its codec writes
 * them as they are, so that the journal is measured and not a codec.
 */
record BenchEvent(long amount, byte[] filler) {
    static final int ENCODED_BYTES = 128;

    static final BenchEvent ONE = new BenchEvent(1, new byte[ENCODED_BYTES - Long.BYTES]);

    static final PayloadCodec CODEC = new Codec();

    private static final class Codec implements PayloadCodec {
        private static final StoredType TYPE = new StoredType("deposited", 1);

        @Override
        public void register(Class<?> type) {
            // there is only one
        }

        @Override
        public StoredType typeOf(Object value) {
            return TYPE;
        }

        @Override
        public void encode(Object value, ByteBuffer target) {
            BenchEvent event = (BenchEvent) value;
            boolean swapped = target.order() != ByteOrder.LITTLE_ENDIAN;
            target.putLong(swapped ? Long.reverseBytes(event.amount()) : event.amount());
            target.put(event.filler());
        }

        @Override
        public Object decode(StoredType type, ByteBuffer payload) {
            throw new PayloadCodecException("benchmarks decode nothing: type=" + type);
        }
    }
}
