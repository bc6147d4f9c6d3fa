package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writing a message allocates nothing, reading it the message alone. */
final class CodecAllocationTest {

    private static final int ROUND_COUNT = 20_000;

    @SuppressWarnings("ArrayRecordComponent") // as users write them
    record Hundred(long id, String text, byte[] bytes, int number) {}

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAllocateNoMoreThanTheMessage(boolean isDirect) {
        MessageCodec codec = MessageCodec.of(List.of(Hundred.class));
        PeerSchema self = Wire.self(codec);
        Hundred message = new Hundred(1L << 40, "a text of thirty characters...", new byte[60], 7);
        ByteBuf buffer = isDirect
                ? PooledByteBufAllocator.DEFAULT.directBuffer(4_096)
                : PooledByteBufAllocator.DEFAULT.heapBuffer(4_096);
        double messageBytes = 40 + 24 + 48 + 80;

        double written = 0;
        double read = 0;
        for (int warmUp = 0; warmUp < 3; warmUp++) {
            written = perRound(() -> codec.encode(message, self, buffer.clear()));
            read = perRound(() -> codec.decode(buffer.readerIndex(0), buffer.writerIndex(), self));
        }

        assertThat(written).as("bytes per message written").isLessThan(1);
        assertThat(read).as("bytes per message read").isLessThan(messageBytes + 32);
        buffer.release();
    }

    private static double perRound(Runnable action) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUND_COUNT; i++) {
            action.run();
        }
        return (double) (threads.getCurrentThreadAllocatedBytes() - before) / ROUND_COUNT;
    }
}
