package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.testkit.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplyGateTest {

    private record Into(List<Object> delivered, List<ActorException> failed) implements Recipient {
        @Override
        public void deliver(@Nullable Object message) {
            delivered.add(String.valueOf(message));
        }

        @Override
        public void fail(ActorException cause) {
            failed.add(cause);
        }
    }

    /** Parks and releases at random, and compares with a plain list. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @Fault("F01")
    void shouldReleaseExactlyTheDurablePrefixInOrder(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ReplyGate gate = new ReplyGate(64);
        Into into = new Into(new ArrayList<>(), new ArrayList<>());
        List<Object> expected = new ArrayList<>();
        List<Long> waiting = new ArrayList<>();
        long position = 1;
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(3) > 0 && gate.hasRoom(1)) {
                position += random.nextInt(3);
                gate.park(position, into, position);
                waiting.add(position);
            } else {
                long durable = position - random.nextInt(6);
                while (!waiting.isEmpty() && waiting.get(0) <= durable) {
                    expected.add(waiting.remove(0).toString());
                }
                gate.release(durable);
            }
            assertThat(into.delivered.size()).as("seed=%d, step=%d", seed, step).isEqualTo(expected.size());
            assertThat(gate.isEmpty()).as("seed=%d, step=%d", seed, step).isEqualTo(waiting.isEmpty());
        }
        assertThat(into.delivered).as("seed=%d", seed).isEqualTo(expected).hasSizeGreaterThan(1_000);
    }

    @Test
    void shouldSayWhenItIsFull() {
        ReplyGate gate = new ReplyGate(4);
        Into into = new Into(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < 4; i++) {
            assertThat(gate.hasRoom(1)).isTrue();
            gate.park(i, into, i);
        }

        assertThat(gate.hasRoom(1)).isFalse();
        assertThat(gate.release(0)).isEqualTo(1);
        assertThat(gate.hasRoom(1)).isTrue();
        assertThat(gate.headPosition()).isEqualTo(1);
    }

    @Test
    void shouldDeliverOrFailEachOnce() {
        ReplyGate gate = new ReplyGate(8);
        Into into = new Into(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < 8; i++) {
            gate.park(i, into, i);
        }
        gate.release(3);

        gate.failAll(new OutcomeUnknownException("disk", null));
        gate.failAll(new OutcomeUnknownException("again", null));
        gate.release(Long.MAX_VALUE);

        assertThat(into.delivered).hasSize(4);
        assertThat(into.failed).hasSize(4).allSatisfy(cause -> assertThat(cause).hasMessage("disk"));
        assertThat(gate.headPosition()).isEqualTo(Long.MAX_VALUE);
    }
}
