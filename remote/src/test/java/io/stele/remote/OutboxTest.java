package io.stele.remote;

import static io.stele.remote.TwoNodes.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.ActorRef;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What an actor has in its journal arrives once, whatever becomes of the node that sends it. */
final class OutboxTest {
    private static final int COUNT = 300;

    @Test
    void shouldDeliverOnceAcrossTheDeathsOfItsNode() {
        try (TwoNodes nodes = new TwoNodes()) {
            Bank.Keeper keeper = new Bank.Keeper();
            nodes.right.spawn("keeper", () -> keeper);
            AtomicLong arrived = new AtomicLong(); // what the actor's state would know: it lags behind what has arrived
            int port = nodes.rightNode.endpoint().port();
            nodes.left.close();
            for (int life = 1; life <= 3; life++) {
                try (var system = TwoNodes.system();
                        RemoteNode node = RemoteNode.start(
                                system,
                                TwoNodes.options("left")
                                        .peer("right", "127.0.0.1", port)
                                        .build())) {
                    ActorRef<Object> to = system.actorFor("stele://right/actor/keeper");
                    Outbox<Object> outbox = node.outbox("shop/1", to, arrived::set, number -> {});
                    long known = Math.max(0, arrived.get() - 10);
                    for (long number = known + 1; number <= COUNT * life / 3; number++) {
                        assertThat(outbox.send(number, new Bank.Note(1, number)))
                                .isTrue();
                        assertThat(outbox.send(number, new Bank.Note(1, number)))
                                .as("again")
                                .isTrue();
                    }
                    int wanted = COUNT * life / 3 - (life < 3 ? 50 : 0);
                    eventually("some have arrived", () -> arrived.get() >= wanted);
                }
            }

            List<Object> expected = new ArrayList<>();
            for (long number = 1; number <= COUNT; number++) {
                expected.add(new Bank.Note(1, number));
            }
            eventually("all have arrived", () -> keeper.kept.size() >= COUNT);
            assertThat(keeper.kept).containsExactlyElementsOf(expected);
        }
    }
}
