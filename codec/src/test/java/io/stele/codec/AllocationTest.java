package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.stele.codec.Samples.Deposited;
import io.stele.codec.Samples.Primitives;
import io.stele.spi.StoredType;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Writing a record of primitives and texts allocates nothing, reading it allocates the record and its texts alone. */
final class AllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int OPERATIONS = 5_000;
    private static final int WARM_UP_ROUNDS_MAX = 200;

    private final RecordCodec codec = Samples.codec();
    private @Nullable Object sink;

    static Stream<Object> records() {
        return Stream.of(
                new Deposited(500, "ascii", Long.MIN_VALUE),
                new Deposited(500, "longer than thirty-one characters, and ASCII", 5),
                new Deposited(1, "größer als ASCII 😀", 2),
                new Primitives(true, (byte) 1, (short) 2, 'c', 3, 4, 5, 6, "x"));
    }

    @ParameterizedTest
    @MethodSource("records")
    void shouldWriteWithoutAllocating(Object value) {
        for (ByteBuffer target : new ByteBuffer[] {ByteBuffer.allocate(256), ByteBuffer.allocateDirect(256)}) {
            double perOperation = leastBytesPerOperation(() -> {
                target.clear();
                codec.encode(value, target);
            });

            assertThat(perOperation).as("value=%s, target=%s", value, target).isLessThan(0.1);
        }
    }

    @Test
    void shouldReadWithoutAllocatingMoreThanTheResult() {
        String reference = "ref-0123456789";
        byte[] text = reference.getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = Samples.encode(codec, new Deposited(500, reference, 70_000));
        ByteBuffer payload = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.LITTLE_ENDIAN);
        payload.put(bytes).flip();
        StoredType type = new StoredType("deposited", 1);

        double byHand = leastBytesPerOperation(
                () -> sink = new Deposited(500, new String(text, 0, text.length, StandardCharsets.ISO_8859_1), 7));
        double byCodec = leastBytesPerOperation(() -> sink = codec.decode(type, payload));

        assertThat(sink).isEqualTo(new Deposited(500, reference, 70_000));
        assertThat(byHand).isGreaterThan(32);
        assertThat(byCodec).isBetween(byHand - 0.1, byHand + 0.1);
    }

    /** Repeats until the compiler has settled: the least of many rounds, stopping at the first that allocates nothing. */
    private static double leastBytesPerOperation(Runnable operation) {
        double least = Double.MAX_VALUE;
        for (int round = 0; round < WARM_UP_ROUNDS_MAX && least > 0; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < OPERATIONS; i++) {
                operation.run();
            }
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            least = Math.min(least, allocated / (double) OPERATIONS);
        }
        return least;
    }
}
