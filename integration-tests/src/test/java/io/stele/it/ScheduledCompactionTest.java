package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stele.Compactions;
import io.stele.Stele;
import io.stele.SteleBuilder;
import io.stele.recovery.CompactionReport;
import io.stele.recovery.CompactionReport.State;
import io.stele.recovery.CompactionSchedule;
import io.stele.recovery.ScheduledCompaction;
import io.stele.runtime.ActorSystem;
import io.stele.spi.PersistenceId;
import io.stele.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compactions that come by themselves while actors work. */
final class ScheduledCompactionTest {
    private static final int EVENTS = 120;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final PersistenceId HELD = new PersistenceId("pad", "held");

    @TempDir
    Path data;

    private final ManualClock clock = ManualClock.startAt(1_700_000_000_000L);

    @Test
    void shouldCompactWhenItsTimeHasComeAndOnlyWhenItIsWorthIt() {
        try (ActorSystem system =
                open(CompactionSchedule.every(HOUR).withGainBytesMin(1 << 20).withBytesPerSecond(0))) {
            Compactions compactions = Stele.compactions(system);
            ScheduledCompaction scheduled = compactions.scheduled().orElseThrow();
            write(system, "hot");

            clock.advance(HOUR.minusSeconds(1));
            assertThat(compactions.history()).as("before its time").isEmpty();
            pass(scheduled, Duration.ofSeconds(1));

            assertThat(compactions.history()).hasSize(1);
            CompactionReport report = compactions.history().get(0);
            assertThat(report.state()).isEqualTo(State.FINISHED);
            assertThat(report.reason()).isEqualTo("scheduled");
            assertThat(report.eventsRemoved()).isGreaterThan(50);
            assertThat(count(system, "hot")).isEqualTo(EVENTS);

            pass(scheduled, HOUR);
            assertThat(compactions.history()).as("too little to gain").hasSize(1);
        }
        try (ActorSystem system = Stele.open(data)) {
            assertThat(count(system, "hot")).isEqualTo(EVENTS);
            assertThat(Stele.compactions(system).history()).hasSize(1);
            assertThat(Stele.compactions(system).scheduled()).isEmpty();
        }
    }

    @Test
    void shouldKeepWhatIsHeldUntilItIsReleasedAlsoOverARestart() {
        try (ActorSystem system =
                open(CompactionSchedule.every(HOUR).withGainBytesMin(1 << 20).withBytesPerSecond(0))) {
            write(system, HELD.entityId());
            Stele.compactions(system).holds().hold(HELD);
        }
        assertThat(Stele.legalHolds(data).list()).containsExactly(HELD);
        try (ActorSystem system =
                open(CompactionSchedule.every(HOUR).withGainBytesMin(1 << 20).withBytesPerSecond(0))) {
            Compactions compactions = Stele.compactions(system);
            ScheduledCompaction scheduled = compactions.scheduled().orElseThrow();

            pass(scheduled, HOUR);
            assertThat(compactions.history()).isEmpty();

            compactions.holds().release(HELD);
            pass(scheduled, HOUR);
            assertThat(compactions.history()).hasSize(1);
        }
    }

    @Test
    void shouldTellWhyARunFailedAndTryAgain() throws IOException {
        try (ActorSystem system =
                open(CompactionSchedule.every(HOUR).withGainBytesMin(1 << 20).withBytesPerSecond(0))) {
            Compactions compactions = Stele.compactions(system);
            ScheduledCompaction scheduled = compactions.scheduled().orElseThrow();
            write(system, "hot");
            Files.writeString(Stele.legalHoldsFile(data), "damaged");

            pass(scheduled, HOUR);
            assertThat(scheduled.lastFailure()).hasMessageContaining("legal holds are damaged");
            assertThat(compactions.history()).isEmpty();

            Files.delete(Stele.legalHoldsFile(data));
            pass(scheduled, HOUR);
            assertThat(scheduled.lastFailure()).isNull();
            assertThat(compactions.history()).hasSize(1);
        }
    }

    /** A system that is closed does not wait until a throttled run has come to its end, and loses nothing. */
    @Test
    void shouldEndARunThatIsUnderWayWhenTheSystemCloses() {
        try (ActorSystem system =
                open(CompactionSchedule.every(HOUR).withGainBytesMin(1 << 20).withBytesPerSecond(1 << 10))) {
            write(system, "hot");
            clock.advance(HOUR);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !Stele.compactions(system).history().isEmpty());
        }
        try (ActorSystem system = Stele.open(data)) {
            assertThat(Stele.compactions(system).history())
                    .singleElement()
                    .extracting(CompactionReport::state)
                    .isIn(State.STOPPED, State.FAILED);
            assertThat(count(system, "hot")).isEqualTo(EVENTS);
        }
    }

    private ActorSystem open(CompactionSchedule schedule) {
        SteleBuilder builder = Stele.builder(data)
                .clock(clock)
                .journal(options ->
                        options.withLaneCount(1).withSegmentBytes(1 << 20).withFreeBytesMin(0));
        return builder.compactEvery(schedule).open();
    }

    private void pass(ScheduledCompaction scheduled, Duration time) {
        long before = scheduled.consideredCount();
        clock.advance(time);
        await().atMost(Duration.ofSeconds(30)).until(() -> scheduled.consideredCount() > before);
    }

    private static void write(ActorSystem system, String pad) {
        for (int i = 1; i <= EVENTS; i++) {
            long saved = system.snapshotsSaved();
            system.entity(LostSnapshotsTest.Pad.class, pad)
                    .ask(new LostSnapshotsTest.Pad.Write("x".repeat(50_000)))
                    .toCompletableFuture()
                    .join();
            if (i % LostSnapshotsTest.SNAPSHOT_EVERY == 0) {
                await("a snapshot").atMost(Duration.ofSeconds(30)).until(() -> system.snapshotsSaved() > saved);
            }
        }
    }

    private static long count(ActorSystem system, String pad) {
        return system.entity(LostSnapshotsTest.Pad.class, pad)
                .ask(new LostSnapshotsTest.Pad.Ask())
                .toCompletableFuture()
                .join();
    }
}
