package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.testkit.Fault;
import io.stele.tools.Diary.Note;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** inspect, show and verify on data that is live, damaged, hostile, or not there. */
class LookingTest {
    private static final String HOSTILE = "\u001b]0;owned\u0007\u202etxt.exe";

    @TempDir
    private Path directory;

    private final Screens screens = new Screens();

    @Test
    void shouldLookAtADirectoryWhileItsOwnerRuns() throws Exception {
        try (ActorSystem system = open()) {
            note(system, "anna", 10);

            assertThat(run("verify")).as(screens.err()).isEqualTo(ExitCode.DONE);
            assertThat(run("inspect")).isEqualTo(ExitCode.DONE);
            assertThat(run("show", "diary/anna")).isEqualTo(ExitCode.DONE);
            note(system, "anna", 1);
        }
        assertThat(screens.out()).contains("clean\ttrue", "healthy\ttrue", "\nsequenceNumber\t10\n", "text 9");
        assertThat(screens.err()).isEmpty();
    }

    @Test
    void shouldShowStateSnapshotsAndTheLastEvents() throws Exception {
        fill();

        assertThat(run("show", "diary/anna", "-n", "2", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out())
                .contains(
                        "diary/anna  10 events, the last one ",
                        "  state at number 8  {\"last\":\"text 7\",\"count\":8}\n")
                .contains("  and 2 events since then\n  snapshots at     8, 4\n")
                .containsPattern(" 9 +[-0-9]+ [:.0-9]+ +noted +\\{\"text\":\"text 8\"\\} +anna-8\n")
                .containsPattern("10 +[-0-9]+ [:.0-9]+ +noted +\\{\"text\":\"text 9\"\\} +anna-9\n");
        assertThat(screens.out()).doesNotContain("text 6\"");
    }

    @Test
    void shouldCountEventsByWhatTheyAreStoredAs() throws Exception {
        fill();

        assertThat(run("inspect", "-o", "json")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out().replaceAll("\\s", ""))
                .contains("\"storedTypes\":[{\"type\":\"diary\",\"storedAs\":\"noted\",\"version\":1,\"events\":");
        assertThat(run("inspect", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).containsPattern("diary +noted +1 +[0-9,]+");
    }

    @Test
    void shouldFitIn80Columns() throws Exception {
        try (ActorSystem system = open()) {
            system.entity(Diary.class, "long")
                    .ask(new Note("an-id", "word ".repeat(100)))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }

        assertThat(run("show", "diary/long", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(run("inspect", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(run("verify", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out().lines().filter(line -> !line.startsWith(directory.toString())))
                .allSatisfy(line -> assertThat(SafeText.columns(line)).as(line).isLessThanOrEqualTo(80));
    }

    @Test
    @Fault("F34")
    void shouldLetNothingFromTheFilesReachTheTerminal() throws Exception {
        try (ActorSystem system = open()) {
            system.entity(Diary.class, "a\u202eb")
                    .ask(new Note(HOSTILE, HOSTILE))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }

        for (String format : new String[] {"table", "plain", "json"}) {
            assertThat(run("show", "diary/a\u202eb", "-o", format)).isEqualTo(ExitCode.DONE);
            assertThat(run("inspect", "-o", format)).isEqualTo(ExitCode.DONE);
        }
        assertThat(run("show", "diary/a\u202ec")).isEqualTo(ExitCode.FAILED);
        assertThat(screens.out() + screens.err())
                .contains("owned", "a\\u202eb")
                .doesNotContain("\u001b", "\u0007", "\u202e");
    }

    @Test
    void shouldSuggestActorsThatAreNear() throws Exception {
        fill();

        assertThat(run("show", "diary/ana")).isEqualTo(ExitCode.FAILED);
        assertThat(screens.err())
                .isEqualTo(
                        "stele: actor has no events: persistenceId=diary/ana, actorCount=2; near: diary/anna [S301]\n");
    }

    @Test
    void shouldRefuseWhatIsNoActor() throws Exception {
        fill();

        assertThat(run("show", "anna")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(screens.err()).startsWith("stele: persistence id has no entity type, write entityType/entityId");
    }

    @Test
    void shouldSayWhatToDoWhereThereIsNoData() {
        directory = directory.resolve("absent");

        assertThat(run("inspect")).isEqualTo(ExitCode.FAILED);
        assertThat(screens.err())
                .isEqualTo("stele: there is no data directory: directory=" + directory
                        + "; make one with: stele demo, or name another with --data-dir [S201]\n");
        assertThat(directory).doesNotExist();
    }

    @Test
    @Fault("F05")
    void shouldFindAFlippedBitAndChangeNothing() throws Exception {
        fill();
        Path segment = segmentWithEvents();
        byte[] bytes = Files.readAllBytes(segment);
        int at = indexOf(bytes, "text 5");
        bytes[at] ^= 1;
        Files.write(segment, bytes);

        assertThat(run("verify", "-o", "table")).isEqualTo(ExitCode.FINDING);
        assertThat(run("verify", "--json")).isEqualTo(ExitCode.FINDING);
        assertThat(run("inspect", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out())
                .contains("nothing was changed", segment.getFileName().toString())
                .contains(
                        "\"clean\": false",
                        "stele repair --give-up-damaged would",
                        "diary/anna from number 6 to 10",
                        "cut segment: file=",
                        "run: stele verify");
        assertThat(screens.err()).isEmpty();
        assertThat(Files.readAllBytes(segment)).isEqualTo(bytes);
    }

    private ActorSystem open() {
        return Stele.builder(directory)
                .journal(options -> options.withPayloadBytesMax(64 << 10).withSegmentBytes(1 << 20))
                .open();
    }

    private void fill() throws Exception {
        try (ActorSystem system = open()) {
            note(system, "anna", 10);
            note(system, "bertha", 3);
        }
    }

    private static void note(ActorSystem system, String id, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            system.entity(Diary.class, id)
                    .ask(new Note(id + "-" + i, "text " + i))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }
    }

    private int run(String... args) {
        return screens.run(Stream.concat(Stream.of(args), Stream.of("-d", directory.toString()))
                .toArray(String[]::new));
    }

    /** The segment that holds the events of diary/anna. */
    private Path segmentWithEvents() throws IOException {
        try (Stream<Path> files = Files.walk(Stele.journalDirectory(directory))) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .filter(file -> indexOf(read(file), "text 5") >= 0)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }
}
