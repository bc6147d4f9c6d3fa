package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.codec.RecordCodec;
import io.stele.encryption.MasterKey;
import io.stele.encryption.SubjectKeys;
import io.stele.runtime.ActorSystem;
import io.stele.tools.Diary.Note;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** backup, restore and fork as their users meet them. */
class CopyTest {
    @TempDir
    private Path temporary;

    private final Screens screens = new Screens();

    @Test
    void shouldBackUpRestoreAndFork() {
        fill(temporary.resolve("data"), 20);

        assertThat(run("backup", "--data-dir", "data", "--to", "backup"))
                .as(screens.err())
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out())
                .contains("schema\tstele.backup/1\n", "verified\ttrue\n", "eventCount\t20\n", "actorCount\t1\n");
        assertThat(run("restore", "--from", "backup", "--to", "restored")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("schema\tstele.restore/1\n", "sharedFiles\t0\n");
        assertThat(run("fork", "--data-dir", "backup", "--to", "fork", "--json"))
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("\"schema\": \"stele.fork/1\"");
        for (String made : new String[] {"backup", "restored", "fork"}) {
            assertThat(run("verify", "--data-dir", made)).isEqualTo(ExitCode.DONE);
            fill(temporary.resolve(made), 1);
        }
        assertThat(screens.err()).isEmpty();
    }

    @Test
    void shouldRefuseATargetThatIsNotEmpty() throws IOException {
        fill(temporary.resolve("data"), 1);
        Files.createDirectories(temporary.resolve("full"));
        Files.writeString(temporary.resolve("full/mine"), "mine");

        assertThat(run("backup", "--data-dir", "data", "--to", "full")).isEqualTo(ExitCode.REFUSED);

        assertThat(screens.err())
                .startsWith("stele: target is not empty; nothing was copied: target=")
                .endsWith("found=mine [S207]\n");
        assertThat(Files.readString(temporary.resolve("full/mine"))).isEqualTo("mine");
    }

    @Test
    void shouldRefuseADirectoryThatIsInUse() {
        try (ActorSystem system = Stele.open(temporary.resolve("data"))) {
            assertThat(run("backup", "--data-dir", "data", "--to", "copy")).isEqualTo(ExitCode.IN_USE);
            assertThat(system.activeEntityCount()).isZero();
        }
        assertThat(screens.err()).contains("open in this process already").hasLineCount(1);
    }

    @Test
    void shouldRefuseADamagedSourceAndNameVerify() throws IOException {
        fill(temporary.resolve("data"), 200);
        Path segment;
        try (Stream<Path> files = Files.walk(temporary.resolve("data/journal"))) {
            segment = files.filter(file -> file.toString().endsWith(".cq4"))
                    .max(Comparator.comparing(file -> file.toFile().length()))
                    .orElseThrow();
        }
        long middle = Files.size(segment) - 6_000;
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(middle);
            int old = file.read();
            file.seek(middle);
            file.write(old ^ 0x55);
        }

        assertThat(run("backup", "--data-dir", "data", "--to", "copy")).isEqualTo(ExitCode.FINDING);

        assertThat(screens.err())
                .contains("damaged", "run: stele verify --data-dir ")
                .hasLineCount(1);
        assertThat(run("restore", "--from", "copy", "--to", "restored")).isEqualTo(ExitCode.FAILED);
        assertThat(screens.err()).contains("was not finished");
    }

    @Test
    void shouldRefuseATargetWithTooLittleRoomBeforeAnythingIsCopied() throws IOException {
        fill(temporary.resolve("data"), 1);
        Path segment;
        try (Stream<Path> files = Files.walk(temporary.resolve("data/journal"))) {
            segment = files.filter(file -> file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(1L << 43); // a hole
        }

        assertThat(run("backup", "--data-dir", "data", "--to", "copy")).isEqualTo(ExitCode.FAILED);

        assertThat(screens.err())
                .startsWith("stele: target has too little room; nothing was copied: target=")
                .contains("neededBytes=8", "usableBytes=");
        assertThat(temporary.resolve("copy")).isEmptyDirectory();
    }

    @Test
    void shouldSayThatTheTargetIsOnAnotherFileSystem() throws IOException {
        fill(temporary.resolve("data"), 3);
        Path elsewhere = Files.createTempDirectory(Path.of("/dev/shm"), "stele-copy");
        try {
            assertThat(run("backup", "--data-dir", "data", "--to", elsewhere.toString()))
                    .isEqualTo(ExitCode.DONE);
            assertThat(screens.err())
                    .isEqualTo("stele: target is on another file system, so files were copied instead of shared\n");
            assertThat(screens.out()).contains("onOtherFileSystem\ttrue\n", "sharedFiles\t0\n");
        } finally {
            try (Stream<Path> files = Files.walk(elsewhere)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void shouldShowWhatIsEncryptedAndWhatWasForgotten() {
        Path data = temporary.resolve("data");
        SubjectKeys keys =
                SubjectKeys.open(Stele.keyDirectory(data), MasterKey.createFile(temporary.resolve("master.json")));
        try (ActorSystem system = Stele.builder(data)
                .codec(keys.encrypting(RecordCodec.of()))
                .owns(keys)
                .open()) {
            note(system, "anna", 3);
            note(system, "berta", 3);
            keys.forget("diary/anna");
        }

        assertThat(run("show", "diary/anna", "--data-dir", "data"))
                .as(screens.err())
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("@forgotten").doesNotContain("text 1");
        Screens other = new Screens();
        assertThat(other.run("show", "diary/berta", "--data-dir", data.toString()))
                .isEqualTo(ExitCode.DONE);
        assertThat(other.out()).contains("@encrypted").doesNotContain("text 1");
        assertThat(run("verify", "--data-dir", "data")).as(screens.err()).isEqualTo(ExitCode.DONE);
    }

    private int run(String... args) {
        String[] resolved = args.clone();
        for (int i = 1; i < args.length; i++) {
            boolean isPath = args[i - 1].matches("--(data-dir|to|from)");
            resolved[i] = isPath ? temporary.resolve(args[i]).toString() : args[i];
        }
        return screens.run(resolved);
    }

    private static void fill(Path data, int count) {
        try (ActorSystem system = Stele.builder(data)
                .journal(options -> options.withLaneCount(1).withSegmentBytes(1 << 20))
                .open()) {
            note(system, "anna", count);
        }
    }

    private static void note(ActorSystem system, String writer, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(system.entity(Diary.class, writer)
                            .ask(new Note(writer + "-" + i + "-" + System.nanoTime(), "text " + i))
                            .toCompletableFuture()
                            .join())
                    .isNotNull();
        }
    }
}
