package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code stele compact} on a directory with one actor that has a snapshot, and one that has none. */
final class CompactTest {
    private static final StoredType TYPE = new StoredType("added", 1);

    @TempDir
    Path directory;

    private final Screens screens = new Screens();

    @BeforeEach
    void fill() {
        JournalOptions options = JournalOptions.of(Stele.journalDirectory(directory))
                .withLaneCount(1)
                .withSegmentBytes(1 << 20)
                .withFreeBytesMin(0);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(directory)));
                ChronicleJournal journal = ChronicleJournal.open(options, stores.index(), Clock.system())) {
            append(journal, new PersistenceId("count", "cold"), 3);
            long last = append(journal, new PersistenceId("count", "hot"), 80);
            stores.snapshots()
                    .save(new Snapshot(
                            new PersistenceId("count", "hot"),
                            80,
                            last,
                            1,
                            TYPE,
                            ByteBuffer.allocate(1),
                            ByteBuffer.allocate(0)));
        }
    }

    private static long append(ChronicleJournal journal, PersistenceId id, int count) {
        EventBatch batch = journal.newBatch();
        long position = 0;
        try (EventStream stream = journal.open(id)) {
            for (int i = 1; i <= count; i++) {
                batch.begin(i);
                batch.add(TYPE, ByteBuffer.allocate(60_000));
                position = journal.append(stream, i, batch);
            }
        }
        return position;
    }

    @Test
    void shouldPreviewByDefaultAndChangeNothing() {
        assertThat(screens.run("compact", "--json", "-d", directory.toString())).isEqualTo(ExitCode.DONE);

        assertThat(screens.out())
                .contains("\"schema\": \"stele.compact/1\"")
                .contains("\"executed\": false")
                .contains("\"verdict\": \"CARRY_OVER\"")
                .contains("\"verdict\": \"REMOVE\"")
                .contains("withoutSnapshot=1");
        assertThat(screens.run("compact", "history", "-o", "table", "-d", directory.toString()))
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("nothing was ever compacted here");
    }

    @Test
    void shouldRefuseToExecuteWithoutYes() {
        assertThat(screens.run("compact", "--execute", "-d", directory.toString()))
                .isEqualTo(ExitCode.REFUSED);
        assertThat(screens.err()).contains("--yes").contains("nothing was changed");
    }

    @Test
    void shouldExecuteAndRemember() {
        assertThat(screens.run("compact", "--execute", "--yes", "-o", "table", "-d", directory.toString()))
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("run 1 finished").contains("carried over");

        assertThat(screens.run("compact", "history", "--json", "-d", directory.toString()))
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("\"state\": \"FINISHED\"").contains("\"reason\": \"stele compact\"");
        assertThat(screens.run("verify", "-d", directory.toString())).isEqualTo(ExitCode.DONE);
    }

    @Test
    void shouldFindThatSnapshotsOfACompactedJournalAreGone() throws IOException {
        screens.run("compact", "--execute", "--yes", "-d", directory.toString());
        Path snapshots = Stele.snapshotDirectory(directory);
        Files.move(snapshots, directory.resolve("elsewhere"));

        assertThat(screens.run("verify", "-o", "table", "-d", directory.toString()))
                .isEqualTo(ExitCode.FINDING);
        assertThat(screens.out())
                .contains("actor cannot be recovered", "persistenceId=count/hot", "snapshotSequenceNumber=0")
                .doesNotContain("persistenceId=count/cold");
    }

    /** A link to itself cannot be looked at by anybody, not even by root. */
    @Test
    void shouldNotSayThatAllIsWellWhereSnapshotsCannotBeLookedAt() throws IOException {
        Path current = Stele.snapshotDirectory(directory).resolve("CURRENT");
        Files.delete(current);
        Files.createSymbolicLink(current, current);

        assertThat(screens.run("verify", "-d", directory.toString())).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(screens.err()).contains("nobody can tell", "path=" + current, "[S203]");
    }

    @Test
    void shouldKeepWhatItIsToldToKeep() {
        assertThat(screens.run("compact", "--keep-last", "80", "--json", "-d", directory.toString()))
                .isEqualTo(ExitCode.DONE);

        assertThat(screens.out()).doesNotContain("\"verdict\": \"REMOVE\"");
        assertThat(screens.run("compact", "--keep-last", "-1", "-d", directory.toString()))
                .isEqualTo(ExitCode.WRONG_USAGE);
    }
}
