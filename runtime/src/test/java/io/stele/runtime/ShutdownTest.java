package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.runtime.Fragile.Add;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a system does when it closes, in which order, and what it does not wait for. */
final class ShutdownTest {

    @Test
    void shouldRunTasksInTheirPhases() {
        List<String> order = new CopyOnWriteArrayList<>();
        FragileWorld world = new FragileWorld(Supervision.restart());
        ActorSystem system = world.system;
        EntityRef fragile = world.fragile("a");
        system.spawn("plain", () -> new Actor<Object>() {
            @Override
            public void onMessage(Object message, Context<Object> context) {}

            @Override
            public void postStop(Context<Object> context) {
                order.add("plain stopped");
            }
        });
        Shutdown shutdown = system.shutdown();
        shutdown.add(ShutdownPhase.AFTER, "last", () -> order.add("after"));
        shutdown.add(ShutdownPhase.ANNOUNCE, "answers", () -> {
            await(fragile.ask(new Add(1)));
            order.add("announce");
        });
        shutdown.add(ShutdownPhase.FINISH, "finish", () -> order.add("finish"));
        shutdown.add(ShutdownPhase.STOP, "refused", () -> {
            failure(fragile.ask(new Add(1)), ActorSystemClosedException.class);
            order.add("stop");
        });
        shutdown.add(ShutdownPhase.CLOSE, "close", () -> order.add("close"));

        world.close();

        assertThat(order).containsExactly("announce", "finish", "stop", "plain stopped", "close", "after");
        assertThat(shutdown.reports()).extracting(ShutdownReport::phase).containsExactly(ShutdownPhase.values());
        assertThat(shutdown.reports()).allMatch(report -> report.unfinished().isEmpty());
        assertThatThrownBy(() -> shutdown.add(ShutdownPhase.AFTER, "late", () -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldNotWaitForTasksThatTakeTooLongOrFail() {
        FragileWorld world = new FragileWorld(
                Supervision.restart(),
                Duration.ofMinutes(2),
                builder -> builder.shutdownTimeout(ShutdownPhase.ANNOUNCE, Duration.ofMillis(50)));
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger done = new AtomicInteger();
        Shutdown shutdown = world.system.shutdown();
        shutdown.add(ShutdownPhase.ANNOUNCE, "hangs", never::await);
        shutdown.add(ShutdownPhase.ANNOUNCE, "works", done::incrementAndGet);
        shutdown.add(ShutdownPhase.CLOSE, "fails", () -> {
            throw new IllegalStateException("no");
        });

        world.close();
        never.countDown();

        assertThat(done).hasValue(1);
        assertThat(shutdown.reports().get(0).unfinished()).containsExactly("hangs");
        assertThat(shutdown.reports().get(3).unfinished()).containsExactly("fails");
        assertThat(shutdown.reports()).hasSize(5);
    }

    @Test
    void shouldAnswerEverythingThatWasAccepted() {
        FragileWorld world = new FragileWorld(Supervision.restart());
        List<CompletionStage<?>> replies = new ArrayList<>();
        Thread asking = new Thread(() -> {
            for (int i = 0; i < 20_000; i++) {
                replies.add(world.fragile("a" + i % 50).ask(new Add(1)));
            }
        });
        asking.start();
        World.eventually("some are answered", () -> !world.actor.handled.isEmpty());

        world.close();
        World.join(asking);

        assertThat(replies).allMatch(reply -> reply.toCompletableFuture().isDone());
        long acknowledged = replies.stream()
                .filter(reply -> !reply.toCompletableFuture().isCompletedExceptionally())
                .count();
        assertThat(world.actor.handled).as("what was handled was answered").hasSize((int) acknowledged);
    }
}
