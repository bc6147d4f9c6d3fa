package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stele.Stele;
import io.stele.SteleReader;
import io.stele.recovery.DurableTimer;
import io.stele.recovery.Moment;
import io.stele.runtime.ActorSystem;
import io.stele.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Timers in a real journal, with real indexes, by the machine's clock. */
final class DurableTimerTest {
    private static final int ACTORS = 50;

    @TempDir
    private Path directory;

    private static List<Long> times(ActorSystem system, int actor) {
        return system.stateAt(Reminder.class, Integer.toString(actor), Moment.LATEST)
                .state()
                .atMs();
    }

    private static long remind(ActorSystem system, int actor, long delayMs) {
        return system.entity(Reminder.class, Integer.toString(actor))
                .ask(new Reminder.Remind(delayMs))
                .toCompletableFuture()
                .join();
    }

    @Test
    @Timeout(120)
    void shouldFireOnceInASystemThatRuns() {
        List<Long> dueMs = new ArrayList<>();
        try (ActorSystem system = Stele.open(directory)) {
            for (int i = 0; i < ACTORS; i++) {
                dueMs.add(remind(system, i, 20 + 3 * i));
            }
            for (int i = 0; i < ACTORS; i++) {
                int actor = i;
                await().until(() -> times(system, actor).size() == 1);
                assertThat(times(system, actor).get(0)).isGreaterThanOrEqualTo(dueMs.get(actor));
            }
            assertThat(system.durableTimers().list()).isEmpty();
        }
    }

    @Test
    @Timeout(120)
    void shouldBeListedInADeadDirectoryAndFireInTheNextSystemThoughNobodyTouchesItsActor() {
        ManualClock clock = ManualClock.start();
        long dueMs;
        try (ActorSystem system = Stele.builder(directory).clock(clock).open()) {
            dueMs = remind(system, 1, 10_000);
            remind(system, 2, Duration.ofDays(400).toMillis());
        }
        try (SteleReader reader = Stele.openReadOnly(directory)) {
            assertThat(reader.timers())
                    .extracting(timer -> timer.persistenceId().encoded())
                    .containsExactly("reminder/1", "reminder/2");
            assertThat(reader.timers().get(0).dueMs()).isEqualTo(dueMs);
        }
        clock.advance(Duration.ofSeconds(10));
        try (ActorSystem system =
                Stele.builder(directory).clock(clock).register(new Reminder()).open()) {
            await().until(() -> system.activeEntityCount() > 0);
            assertThat(system.entity(Reminder.class, "1")
                            .ask(new Reminder.Get())
                            .toCompletableFuture()
                            .join()
                            .atMs())
                    .containsExactly(dueMs);
            assertThat(times(system, 2)).isEmpty();
            assertThat(system.durableTimers().list())
                    .extracting(DurableTimer::name)
                    .containsExactly("remind");
        }
    }
}
