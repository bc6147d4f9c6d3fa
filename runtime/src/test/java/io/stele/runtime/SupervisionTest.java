package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.runtime.Fragile.Add;
import io.stele.runtime.Fragile.Fail;
import io.stele.runtime.Fragile.Get;
import io.stele.runtime.Fragile.Sum;
import io.stele.spi.JournalException;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a persistent actor that fails, of the message that it failed on, and of those behind it. */
final class SupervisionTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static Fail fail(int count, Supplier<? extends Throwable> failure) {
        return new Fail("f", count, failure);
    }

    private static Fail fail(int count) {
        return fail(count, () -> new IllegalStateException("boom"));
    }

    @Test
    void shouldLetTheMostSpecificClassDecide() {
        Supervision supervision = Supervision.stop()
                .on(RuntimeException.class, Directive.RESTART)
                .on(IllegalArgumentException.class, Directive.RESUME)
                .on(Throwable.class, Directive.ESCALATE);

        assertThat(supervision.directive(new NumberFormatException())).isEqualTo(Directive.RESUME);
        assertThat(supervision.directive(new IllegalStateException())).isEqualTo(Directive.RESTART);
        assertThat(supervision.directive(new StackOverflowError())).isEqualTo(Directive.ESCALATE);
        assertThat(Supervision.stop().directive(new StackOverflowError())).isEqualTo(Directive.STOP);
    }

    @Test
    void shouldKeepItsStateWhenResumed() {
        try (FragileWorld world = new FragileWorld(Supervision.resume())) {
            EntityRef fragile = world.fragile("a");
            await(fragile.ask(new Add(5)));

            failure(fragile.ask(fail(1)), ActorFailedException.class);

            assertThat(await(fragile.ask(new Get())).value()).isEqualTo(5);
            assertThat(world.actor.life).containsExactly("preStart", "afterRecovery 0");
        }
    }

    @Test
    void shouldRecoverWhenRestarted() {
        try (FragileWorld world = new FragileWorld(Supervision.restart())) {
            EntityRef fragile = world.fragile("a");
            await(fragile.ask(new Add(5)));

            failure(fragile.ask(fail(1)), ActorFailedException.class);

            assertThat(await(fragile.ask(new Get())).value()).isEqualTo(5);
            assertThat(world.actor.life)
                    .containsExactly(
                            "preStart",
                            "afterRecovery 0",
                            "preRestart 5 boom",
                            "afterRecovery 5",
                            "afterRestart 5 boom");
        }
    }

    @Test
    void shouldTellThoseWhoWaitWhenItStopsAndComeBackForTheNext() {
        try (FragileWorld world =
                new FragileWorld(SyncMode.MANUAL, Supervision.stop(), Duration.ofMinutes(2), builder -> builder)) {
            EntityRef fragile = world.fragile("a");
            CompletionStage<Sum> kept = fragile.ask(new Add(6));
            CompletionStage<Sum> failed = fragile.ask(fail(1));
            CompletionStage<Sum> behind = fragile.ask(new Add(2));
            failure(failed, ActorFailedException.class);
            world.journal.syncAll();

            assertThat(await(kept).value())
                    .as("acknowledged although the actor has failed since")
                    .isEqualTo(6);
            assertThat(failure(behind, ActorStoppedException.class))
                    .hasMessageContaining("fragile/a")
                    .hasMessageContaining("boom");
            CompletionStage<Sum> next = fragile.ask(new Get());
            assertThat(await(next).value()).isEqualTo(6);
            assertThat(world.actor.life)
                    .containsExactly("preStart", "afterRecovery 0", "postStop", "preStart", "afterRecovery 6");
        }
    }

    @Test
    void shouldStopBeyondItsLimitWithinAPeriod() {
        try (FragileWorld world = new FragileWorld(Supervision.restart().withLimit(2, MINUTE))) {
            EntityRef fragile = world.fragile("a");
            for (int i = 0; i < 3; i++) {
                failure(fragile.ask(fail(3)), ActorFailedException.class);
            }
            eventually("the actor has stopped", () -> world.actor.life.contains("postStop"));

            assertThat(world.actor.life.stream().filter(hook -> hook.startsWith("preRestart")))
                    .hasSize(2);
        }
    }

    @Test
    void shouldCountRestartsWithinThePeriodOnly() {
        Supervision supervision = Supervision.restart().withLimit(2, Duration.ofNanos(100));
        Failures failures = new Failures();
        List<Directive> directives = new ArrayList<>();
        for (long nowNs : new long[] {0, 50, 99, 100, 149, 150}) {
            directives.add(
                    failures.decide(supervision, new IllegalStateException(), true, nowNs, new java.util.Random(1)));
        }

        assertThat(directives)
                .containsExactly(
                        Directive.RESTART,
                        Directive.RESTART,
                        Directive.STOP,
                        Directive.RESTART,
                        Directive.STOP,
                        Directive.RESTART);
    }

    @Test
    void shouldNeverRestartWhenToldSo() {
        try (FragileWorld world = new FragileWorld(Supervision.restart().noRestart())) {
            failure(world.fragile("a").ask(fail(1)), ActorFailedException.class);

            eventually("the actor has stopped", () -> world.actor.life.contains("postStop"));
            assertThat(world.actor.life).doesNotContain("preRestart 0 boom");
        }
    }

    @Test
    void shouldTellTheSystemWhenNobodyElseTakesCare() {
        List<Escalation> escalations = new CopyOnWriteArrayList<>();
        Supervision supervision = Supervision.restart().withLimit(0, MINUTE).beyondLimit(Directive.ESCALATE);
        try (FragileWorld world = new FragileWorld(
                supervision, Duration.ofMinutes(2), builder -> builder.onEscalation(escalations::add))) {
            failure(world.fragile("a").ask(fail(1)), ActorFailedException.class);

            eventually("the system is told", () -> !escalations.isEmpty());
            assertThat(escalations.get(0).actor()).isEqualTo("fragile/a");
            assertThat(escalations.get(0).cause()).hasMessage("boom");
            assertThatThrownBy(() -> supervision.beyondLimit(Directive.RESUME))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldKeepMessagesInOrderDuringABackoff() {
        Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofMillis(200), 0, MINUTE);
        try (FragileWorld world = new FragileWorld(Supervision.restart().withBackoff(backoff))) {
            EntityRef fragile = world.fragile("a");
            long startNs = System.nanoTime();
            CompletionStage<Sum> failed = fragile.ask(fail(1));
            List<CompletionStage<Sum>> waiting = new ArrayList<>();
            for (long i = 1; i <= 100; i++) {
                waiting.add(fragile.ask(new Add(i)));
            }
            failure(failed, ActorFailedException.class);

            waiting.forEach(World::await);

            assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(200_000_000);
            assertThat(world.actor.handled)
                    .isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
        }
    }

    @Test
    void shouldAnswerThoseWhoWaitForABackoffWhenTheSystemCloses() {
        Backoff hour = new Backoff(Duration.ofHours(1), Duration.ofHours(1), 0, Duration.ofHours(2));
        FragileWorld world = new FragileWorld(Supervision.restart().withBackoff(hour));
        EntityRef fragile = world.fragile("a");
        failure(fragile.ask(fail(1)), ActorFailedException.class);
        CompletionStage<Sum> waiting = fragile.ask(new Add(3));

        world.close();

        assertThat(await(waiting).value())
                .as("the backoff is cut short, what was accepted is done")
                .isEqualTo(3);
    }

    @Test
    void shouldRefuseWhatDoesNotFitIntoTheMailboxDuringABackoff() {
        Backoff hour = new Backoff(Duration.ofHours(1), Duration.ofHours(1), 0, Duration.ofHours(2));
        try (FragileWorld world = new FragileWorld(Supervision.restart().withBackoff(hour))) {
            EntityRef fragile = world.fragile("a");
            failure(fragile.ask(fail(1)), ActorFailedException.class);
            boolean taken = true;
            for (int i = 0; i < 5_000 && taken; i++) {
                taken = fragile.tell(new Add(1));
            }

            assertThat(taken).isFalse();
            failure(fragile.ask(new Get(), Duration.ofMillis(20)), MailboxFullException.class);
            failure(world.fragile("b").ask(fail(5)), ActorFailedException.class);
            failure(world.fragile("b").ask(new Get(), Duration.ofMillis(20)), AskTimeoutException.class);
        }
    }

    @Test
    void shouldDoubleTheBackoffUpToItsCapAndResetIt() {
        Backoff backoff = new Backoff(Duration.ofNanos(100), Duration.ofNanos(1_000), 0, Duration.ofNanos(5_000));
        Supervision supervision = Supervision.restart().withBackoff(backoff);
        Failures failures = new Failures();
        List<Long> delays = new ArrayList<>();
        long nowNs = Long.MAX_VALUE - 1_000;
        for (int i = 0; i < 7; i++) {
            if (i == 6) {
                nowNs += 5_000;
            }
            failures.decide(supervision, new IllegalStateException(), true, nowNs, new java.util.Random(1));
            delays.add(failures.delayNs());
            nowNs += failures.delayNs();
        }

        assertThat(delays).containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L, 100L);
        assertThat(backoff.delayNs(1_000_000, new java.util.Random(1))).isEqualTo(1_000);
    }

    @Test
    void shouldSpreadTheBackoffByItsJitter() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(100), 0.5, MINUTE);
        java.util.Random random = new java.util.Random(7);

        List<Long> delaysMs = LongStream.range(0, 1_000)
                .map(i -> backoff.delayNs(0, random) / 1_000_000)
                .boxed()
                .toList();

        assertThat(delaysMs).as("seed=7").allMatch(delayMs -> delayMs >= 50 && delayMs <= 150);
        assertThat(delaysMs.stream().distinct().count()).as("seed=7").isGreaterThan(90);
    }

    @ParameterizedTest
    @EnumSource(
            value = Directive.class,
            names = {"RESTART", "RESUME"})
    void shouldRetryAFailedMessageBeforeThoseBehindIt(Directive directive) {
        Supervision supervision =
                Supervision.stop().on(IllegalStateException.class, directive).retryFailed(2);
        try (FragileWorld world = new FragileWorld(supervision)) {
            EntityRef fragile = world.fragile("a");
            CompletionStage<Sum> failing = fragile.ask(fail(2));
            CompletionStage<Sum> behind = fragile.ask(new Add(1));

            assertThat(await(failing).amounts()).containsExactly(1_000L);
            assertThat(await(behind).amounts()).containsExactly(1_000L, 1L);
        }
    }

    @Test
    void shouldGiveUpAMessageThatFailsTooOften() {
        try (FragileWorld world = new FragileWorld(Supervision.restart().retryFailed(2))) {
            EntityRef fragile = world.fragile("a");

            failure(fragile.ask(fail(100)), ActorFailedException.class);

            assertThat(world.actor.failed).containsEntry("f", 3);
            assertThat(await(fragile.ask(new Add(1))).amounts()).containsExactly(1L);
        }
    }

    @Test
    void shouldParkAMessageThatHasFailedForGood() {
        try (FragileWorld world =
                new FragileWorld(Supervision.resume().retryFailed(1).parkFailed())) {
            EntityRef fragile = world.fragile("a");

            ActorFailedException failed = failure(fragile.ask(fail(2)), ActorFailedException.class);

            assertThat(failed).hasMessageContaining("parked: number=1");
            List<ParkedMessage> parked = world.system.parked().list();
            assertThat(parked).hasSize(1);
            assertThat(parked.get(0).actor()).isEqualTo("fragile/a");
            assertThat(parked.get(0).message()).isInstanceOf(Fail.class);
            assertThat(parked.get(0).reason()).contains("boom");
            assertThat(world.system.parked().tellAgain(1)).isTrue();
            assertThat(await(fragile.ask(new Get())).amounts()).containsExactly(1_000L);
            assertThat(world.system.parked().list()).isEmpty();
            assertThat(world.system.parked().discard(1)).isFalse();
        }
    }

    @Test
    void shouldNeverResumeAfterAFailureOfTheJournal() {
        try (FragileWorld world = new FragileWorld(Supervision.resume())) {
            EntityRef fragile = world.fragile("a");
            await(fragile.ask(new Add(5)));
            world.journal.failAppendAt(1);

            failure(fragile.ask(new Add(1)), OutcomeUnknownException.class);

            eventually("it is restarted by recovery", () -> world.actor.life.contains("afterRecovery 5"));
            assertThat(world.actor.life)
                    .filteredOn(hook -> hook.startsWith("preRestart"))
                    .hasSize(1);
        }
    }

    @Test
    void shouldStopAfterAFailureOfTheJournalWhereThatIsSaid() {
        Supervision supervision = Supervision.restart().on(JournalException.class, Directive.STOP);
        try (FragileWorld world = new FragileWorld(supervision)) {
            EntityRef fragile = world.fragile("a");
            await(fragile.ask(new Add(5)));
            world.journal.failSyncAt(1);

            failure(fragile.ask(new Add(1)), OutcomeUnknownException.class);

            eventually("it has stopped", () -> world.actor.life.contains("postStop"));
            assertThat(world.actor.life).noneMatch(hook -> hook.startsWith("preRestart"));
        }
    }

    /** What the JVM can live on with, the actor does as well, and its neighbours take no notice. */
    @Test
    void shouldSurviveErrorsInAHandler() {
        try (FragileWorld world = new FragileWorld(Supervision.restart())) {
            EntityRef fragile = world.fragile("a");
            await(fragile.ask(new Add(5)));
            List<Supplier<? extends Throwable>> failures = List.of(
                    StackOverflowError::new,
                    () -> new OutOfMemoryError("Java heap space"),
                    () -> new NoClassDefFoundError("gone"),
                    AssertionError::new,
                    () -> new UncheckedIOException(new java.io.IOException("no")));
            for (int i = 0; i < failures.size(); i++) {
                failure(fragile.ask(new Fail("e" + i, 1, failures.get(i))), ActorFailedException.class);
            }

            assertThat(await(fragile.ask(new Get())).amounts()).containsExactly(5L);
            assertThat(await(world.fragile("b").ask(new Add(1))).value()).isEqualTo(1);
        }
    }

    @Test
    void shouldSurviveAStackThatOverflowsWhileAnEventIsEncoded() {
        try (FragileWorld world = new FragileWorld(Supervision.resume())) {
            EntityRef fragile = world.fragile("a");
            await(fragile.ask(new Add(5)));

            failure(fragile.ask(new Fragile.AddDeep()), ActorException.class);

            assertThat(await(fragile.ask(new Add(1))).amounts()).containsExactly(5L, 1L);
        }
    }

    /** A real one: the handler holds on to memory until there is none. */
    @Test
    void shouldSurviveAnArrayThatDoesNotFit() {
        try (FragileWorld world = new FragileWorld(Supervision.restart())) {
            Fail tooLarge =
                    new Fail("large", 1, () -> new IllegalStateException("" + new long[Integer.MAX_VALUE].length));

            ActorFailedException failed = failure(world.fragile("a").ask(tooLarge), ActorFailedException.class);

            assertThat(failed).hasCauseInstanceOf(OutOfMemoryError.class);
            assertThat(await(world.fragile("a").ask(new Add(1))).value()).isEqualTo(1);
        }
    }
}
