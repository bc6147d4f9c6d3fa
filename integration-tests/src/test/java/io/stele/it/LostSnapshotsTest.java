package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stele.Stele;
import io.stele.recovery.CompactionReport;
import io.stele.recovery.Compactor;
import io.stele.recovery.SnapshotsOutdatedException;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.UnreadableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snapshots of a compacted journal are gone, or cannot be read: no state is ever made up, and whoever can serve may. */
final class LostSnapshotsTest {
    static final int SNAPSHOT_EVERY = 10;
    private static final int HOT_EVENTS = 120;

    @TempDir
    Path temporary;

    private Path data;

    /** Counts. */
    static final class Pad extends PersistentActor<Pad.Wrote, Long> {
        record Write(String text) implements Command<Long> {}

        record Ask() implements Command<Long> {}

        record Wrote(String text) {}

        Pad() {
            super("pad");
        }

        @Override
        protected Long initialState() {
            return 0L;
        }

        @Override
        protected int snapshotEvery() {
            return SNAPSHOT_EVERY;
        }

        @Override
        protected void commands(CommandHandlers<Wrote, Long> on) {
            on.on(Ask.class, (count, ask) -> reply(count));
            on.on(
                    Write.class,
                    (count, write) -> persist(new Wrote(write.text())).thenReply(after -> after));
        }

        @Override
        protected void events(EventHandlers<Wrote, Long> on) {
            on.on(Wrote.class, (count, wrote) -> count + 1);
        }
    }

    @BeforeEach
    void compact() {
        data = temporary.resolve("data");
        try (ActorSystem system = Stele.builder(data)
                .journal(options ->
                        options.withLaneCount(1).withSegmentBytes(1 << 20).withFreeBytesMin(0))
                .open()) {
            write(system, "cold", "x", 3);
            write(system, "hot", "x".repeat(50_000), HOT_EVENTS);
            Compactor compactor = Stele.compactions(system).compactor();
            CompactionReport report = compactor.execute(compactor.plan(), "test");
            assertThat(report.eventsRemoved()).isGreaterThan(50);
        }
    }

    @Test
    void shouldServeWhoeverCanBeServedWhenAskedTo() throws IOException {
        delete(Stele.snapshotDirectory(data));

        assertThatThrownBy(() -> Stele.open(data))
                .isInstanceOf(SnapshotsOutdatedException.class)
                .hasMessageContaining("withoutLostSnapshots");

        for (int opening = 0; opening < 2; opening++) {
            try (ActorSystem system = Stele.builder(data).withoutLostSnapshots().open()) {
                assertThat(ask(system, "cold")).isEqualTo(3 + opening);
                assertThatThrownBy(() -> ask(system, "hot"))
                        .hasMessageContaining("pad/hot")
                        .hasRootCauseInstanceOf(HistoryCompactedException.class);
                assertThatThrownBy(() -> write(system, "hot", "y", 1))
                        .as("nobody begins again from nothing")
                        .hasMessageContaining("pad/hot");
                assertThat(system.quarantine().list()).isEmpty();
                write(system, "cold", "x", 1);
                write(system, "new" + opening, "x", 1);
            }
        }
    }

    @Test
    void shouldNotMindWhereNothingWasLost() {
        try (ActorSystem system = Stele.builder(data).withoutLostSnapshots().open()) {
            assertThat(ask(system, "hot")).isEqualTo(HOT_EVENTS);
        }
    }

    /** Who may not look must not see an empty store. A link to itself cannot be looked at by anybody, not even by root. */
    @Test
    void shouldNotTakeSnapshotsThatCannotBeLookedAtForNone() throws IOException {
        Path current = Stele.snapshotDirectory(data).resolve("CURRENT");
        Files.delete(current);
        Files.createSymbolicLink(current, current);

        assertThatThrownBy(() -> Stele.open(data)).isInstanceOf(UnreadableException.class);
        assertThatThrownBy(() -> Stele.builder(data).withoutLostSnapshots().open())
                .isInstanceOf(UnreadableException.class);
        assertThatThrownBy(() -> Stele.openReadOnly(data))
                .isInstanceOf(UnreadableException.class)
                .hasMessageContaining("path=" + current);
    }

    /** A list of holds that nobody can read is not an empty one. */
    @Test
    void shouldNotCompactWhereLegalHoldsCannotBeLookedAt() throws IOException {
        Path holds = Stele.legalHoldsFile(data);
        Files.createSymbolicLink(holds, holds);

        try (ActorSystem system = Stele.open(data)) {
            Compactor compactor = Stele.compactions(system).compactor();
            assertThatThrownBy(compactor::plan)
                    .isInstanceOf(UnreadableException.class)
                    .hasMessageContaining("path=" + holds);
            assertThatThrownBy(() -> Stele.backup(system, temporary.resolve("copy")))
                    .as("a copy without holds")
                    .isInstanceOf(UnreadableException.class);
        }
    }

    private static void write(ActorSystem system, String pad, String text, int count) {
        for (int i = 1; i <= count; i++) {
            long saved = system.snapshotsSaved();
            long written = system.entity(Pad.class, pad)
                    .ask(new Pad.Write(text))
                    .toCompletableFuture()
                    .join();
            if (written % SNAPSHOT_EVERY == 0) {
                await("a snapshot").atMost(Duration.ofSeconds(30)).until(() -> system.snapshotsSaved() > saved);
            }
        }
    }

    private static long ask(ActorSystem system, String pad) {
        return system.entity(Pad.class, pad)
                .ask(new Pad.Ask())
                .toCompletableFuture()
                .join();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
