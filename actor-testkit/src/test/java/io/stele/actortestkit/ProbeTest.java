package io.stele.actortestkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.SeededTurns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ProbeTest {
    private final Probe<Object> probe = Probe.of("answers").within(Duration.ofMillis(50));

    private void tell(Object... messages) {
        for (Object message : messages) {
            probe.ref().tell(message);
        }
    }

    @Test
    void shouldMeetExpectations() {
        tell("a", "b", "c", 4, 5L, 6, 7);

        probe.expect("a").expectInAnyOrder("c", "b").expectThat("an even number", message -> message.equals(4));
        assertThat(probe.expect(Long.class)).isEqualTo(5L);
        assertThat(probe.fish("seven", Integer.valueOf(7)::equals)).isEqualTo(7);
        probe.expectNothing(Duration.ZERO);
    }

    @Test
    void shouldSayWhatCameInstead() {
        tell("a", "b");

        probe.expect("a");
        assertThatThrownBy(() -> probe.expect("x"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("something else came: probe=answers, expected=message x, came=b, before=[a, b]");
        assertThatThrownBy(() -> probe.expect("y"))
                .hasMessage("nothing came: probe=answers, expected=message y, within=PT0.05S, before=[a, b]");
        tell("c");
        assertThatThrownBy(probe::expectNothing).hasMessageContaining("expected=nothing");
    }

    @Test
    void shouldRunPlainActorsByTurns() {
        SeededTurns turns = SeededTurns.of(7);
        try (ActorSystem system = ActorSystem.builder().turns(turns).build()) {
            ActorRef<String> echo =
                    system.spawn(() -> (line, context) -> probe.ref().tell(line));
            echo.tell("hello");

            probe.expectNothing(Duration.ZERO)
                    .beforeWaiting(turns::runUntilIdle)
                    .expect("hello");
        }
    }

    /** The order of the same messages to three actors, for 50 seeds: each seed has one, and there are many. */
    @Test
    void shouldGiveEachSeedAnOrderOfItsOwn() {
        Set<List<Object>> orders = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            List<Object> first = orderOf(seed);

            assertThat(orderOf(seed)).as("seed=%d", seed).isEqualTo(first);
            orders.add(first);
        }
        assertThat(orders).hasSize(6);
    }

    private static List<Object> orderOf(long seed) {
        SeededTurns turns = SeededTurns.of(seed);
        List<Object> order = new ArrayList<>();
        try (ActorSystem system = ActorSystem.builder().turns(turns).build()) {
            for (String name : List.of("a", "b", "c")) {
                system.<String>spawn(name, () -> (message, context) -> order.add(message))
                        .tell(name);
            }
            turns.runUntilIdle();
        }
        return order;
    }
}
