package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.tools.Diary.Note;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * state, show and events of one actor go by the index, and by a scan of its lane where that does not lead on. Which of the two it was is
 * told by damage in the record of another actor in the same lane: only a scan comes by it, and says so.
 */
class IndexUseTest {
    private static final String PASSED_OVER = "damage was passed over";

    @TempDir
    private Path temporary;

    private Path directory;
    private Screens screens = new Screens();

    @BeforeEach
    void write() throws Exception {
        directory = temporary.resolve("data");
        try (ActorSystem system = open()) {
            for (int i = 0; i < 5; i++) {
                for (String id : List.of("anna", "bertha")) {
                    system.entity(Diary.class, id)
                            .ask(new Note(id + "-" + i, "of " + id + " " + i))
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS);
                }
            }
        }
    }

    private ActorSystem open() {
        return Stele.builder(directory)
                .journal(options ->
                        options.withLaneCount(1).withPayloadBytesMax(64 << 10).withSegmentBytes(1 << 20))
                .open();
    }

    private void damage(String text) throws IOException {
        int count = 0;
        try (Stream<Path> files = Files.walk(Stele.journalDirectory(directory))) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".cq4")).toList()) {
                int at = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).indexOf(text);
                if (at >= 0) {
                    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                        bytes.seek(at);
                        bytes.write('x');
                    }
                    count++;
                }
            }
        }
        assertThat(count).isEqualTo(1);
    }

    private int run(String... args) {
        screens = new Screens();
        return screens.run(Stream.concat(Stream.of(args), Stream.of("-d", directory.toString()))
                .toArray(String[]::new));
    }

    @Test
    void shouldFindAStateWithoutTheRecordsOfOthers() throws IOException {
        damage("of bertha 2");

        assertThat(run("state", "diary/anna", "--at", "3", "--json")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("of anna 2").doesNotContain("of anna 3");
        assertThat(screens.err()).isEmpty();
    }

    /** A scan of less than 32 MiB is over before the index is open. */
    @Test
    void shouldFindEventsWithoutTheRecordsOfOthersInALargeJournal() throws Exception {
        try (ActorSystem system = open()) {
            List<CompletionStage<?>> replies = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                replies.add(system.entity(Diary.class, "carl").ask(new Note("carl-" + i, "x".repeat(60_000))));
            }
            for (CompletionStage<?> reply : replies) {
                Object unused = reply.toCompletableFuture().get(60, TimeUnit.SECONDS);
            }
        }
        damage("of bertha 2");

        assertThat(run("events", "diary/anna", "-o", "plain")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out().lines()).hasSize(5);
        assertThat(screens.err()).isEmpty();
        assertThat(run("events", "diary/bertha", "-o", "plain")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out().lines()).hasSize(4);
        assertThat(screens.err()).contains(PASSED_OVER);
    }

    @Test
    void shouldScanWithoutAnIndex() throws IOException {
        damage("of bertha 2");
        Files.move(Stele.snapshotDirectory(directory), temporary.resolve("elsewhere"));

        assertThat(run("events", "diary/anna", "-o", "plain")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out().lines()).hasSize(5);
        assertThat(screens.err()).contains(PASSED_OVER);
        assertThat(run("state", "diary/anna", "--at", "3", "--json")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("of anna 2");
    }

    @Test
    void shouldScanPastDamageOfTheActorItself() throws IOException {
        damage("of anna 2");

        assertThat(run("events", "diary/anna", "-o", "plain")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out().lines()).hasSize(4);
        assertThat(screens.out()).contains("of anna 1", "of anna 3").doesNotContain("of anna 2");
        assertThat(screens.err()).contains(PASSED_OVER);
    }
}
