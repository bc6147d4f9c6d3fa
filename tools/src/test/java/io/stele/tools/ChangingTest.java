package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** repair, rewrite, forget and skip: they show first, ask before they do, and keep what was there. */
class ChangingTest {
    @TempDir
    private Path temporary;

    private Path directory;
    private Screens screens = new Screens();

    @BeforeEach
    void write() {
        directory = temporary.resolve("data");
        History.write(directory);
    }

    private int run(Screens on, String... args) {
        screens = on;
        return screens.run(Stream.concat(Stream.of(args), Stream.of("-d", directory.toString()))
                .toArray(String[]::new));
    }

    private int run(String... args) {
        return run(new Screens(), args);
    }

    private void damage() throws IOException {
        Path segment;
        try (Stream<Path> files = Files.list(Stele.journalDirectory(directory).resolve("lane-1"))) {
            segment = files.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("cash");
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(at);
            file.write('x');
        }
    }

    @Test
    void shouldPlanARepairAndKeepWhatItChanges() throws IOException {
        assertThat(run("repair", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("nothing needs a repair");
        damage();
        assertThat(run("verify")).isEqualTo(ExitCode.FINDING);

        assertThat(run("repair")).isEqualTo(ExitCode.FINDING);
        assertThat(screens.out()).contains("executed\tfalse", "leftAlone\t");
        assertThat(run("repair", "--give-up-damaged")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("lost\tactor=account/2");
        assertThat(run("repair", "--give-up-damaged", "--execute")).isEqualTo(ExitCode.REFUSED);
        assertThat(screens.err()).contains("nothing was changed [S206]");
        assertThat(run("verify")).isEqualTo(ExitCode.FINDING);

        assertThat(run("repair", "--give-up-damaged", "--execute", "--yes")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("executed\ttrue", "cleanAfterwards\ttrue", "keptIn\t" + directory);
        assertThat(run("verify")).isEqualTo(ExitCode.DONE);
    }

    @Test
    void shouldAskAtATerminalAndTakeNoForAnAnswer() throws IOException {
        damage();

        assertThat(run(new Screens().terminal(80).answering("no\n"), "repair", "--give-up-damaged", "--execute"))
                .isEqualTo(ExitCode.REFUSED);
        assertThat(screens.err()).contains("Type repair to go on: ", "it was not confirmed");
        assertThat(run(new Screens().terminal(80).answering("repair\n"), "repair", "--give-up-damaged", "--execute"))
                .isEqualTo(ExitCode.DONE);
        assertThat(run("verify")).isEqualTo(ExitCode.DONE);
    }

    @Test
    void shouldStopAtDamageInsteadOfExportingTheRest() throws IOException {
        damage();
        Path file = temporary.resolve("export.jsonl");

        assertThat(run("export", "--out", file.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(screens.err()).contains("[S302]");
        assertThat(file).doesNotExist();
        assertThat(temporary.resolve("export.jsonl.unfinished")).doesNotExist();
        assertThat(run("events", "--all", "-o", "plain")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out().lines()).hasSize(8);
        assertThat(screens.err()).contains("damage was passed over: findings=1");
    }

    @Test
    void shouldRewriteHistoryAndKeepTheOriginal() throws IOException {
        String[] change = {"rewrite", "--remove", "session/*", "--rename-type", "paid=settled"};
        assertThat(run(change)).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("executed\tfalse", "actorsRemoved\t1", "eventsRenamed.paid\t6");
        String[] execute = Stream.concat(Stream.of(change), Stream.of("--execute", "--yes"))
                .toArray(String[]::new);
        assertThat(run(execute)).isEqualTo(ExitCode.WRONG_USAGE);
        String[] reasoned = Stream.concat(Stream.of(execute), Stream.of("--reason", "ticket 812"))
                .toArray(String[]::new);

        assertThat(run(reasoned)).as(() -> screens.err()).isEqualTo(ExitCode.DONE);

        assertThat(run("query", "group by kind, type", "-o", "plain"))
                .as(() -> screens.err())
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).isEqualTo("account\topened\t2\naccount\tsettled\t6\n");
        assertThat(directory.resolve("rewrites.jsonl")).content().contains("\"reason\":\"ticket 812\"", "\"by\":");
        assertThat(run("verify")).isEqualTo(ExitCode.DONE);
        try (Stream<Path> beside = Files.list(temporary)) {
            directory = beside.filter(file -> file.toString().contains("data.before-rewrite-"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(run("query", "select count()", "-o", "plain"))
                .as(() -> screens.err())
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).isEqualTo("9\n");
    }

    @Test
    void shouldForgetOnlyWhereThereAreKeys() {
        assertThat(run(
                        "forget",
                        "anna",
                        "--master-key",
                        temporary.resolve("master").toString()))
                .isEqualTo(ExitCode.FAILED);
        assertThat(screens.err()).contains("directory has no keys").contains("[S210]");
    }

    @Test
    void shouldShowWhatASkipWouldDo() {
        assertThat(run("quarantine", "skip", "account/1", "3", "--reason", "why"))
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("executed\tfalse");
        assertThat(run("quarantine", "skip", "account/1", "3", "--reason", "why", "--execute"))
                .isEqualTo(ExitCode.REFUSED);
        assertThat(run("quarantine", "skip", "account/1", "3", "--reason", "why", "--execute", "--yes"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(screens.err()).contains("actor is not in quarantine for this event", "[S702]");
        assertThat(run("quarantine", "list")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("count\t0");
    }

    @Test
    void shouldHoldAndReleaseAnActorUnderTheLockOfTheJournal() {
        assertThat(run("hold", "account/1")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("executed\tfalse", "held\tfalse");
        assertThat(run("holds")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).isEmpty();

        assertThat(run("hold", "account/1", "--execute")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("heldBefore\tfalse", "executed\ttrue", "held\ttrue");
        assertThat(run("holds")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).isEqualTo("account/1\n");

        assertThat(run("release", "account/1", "--execute")).isEqualTo(ExitCode.REFUSED);
        assertThat(screens.err()).contains("the next compaction may remove what was held", "[S206]");
        try (ActorSystem owner = Stele.open(directory)) {
            assertThat(run("release", "account/1", "--execute", "--yes")).isEqualTo(ExitCode.IN_USE);
            assertThat(run("holds")).isEqualTo(ExitCode.DONE);
            assertThat(screens.out()).isEqualTo("account/1\n");
            assertThat(Stele.compactions(owner).holds().list()).hasSize(1);
        }
        assertThat(run("release", "account/1", "--execute", "--yes")).isEqualTo(ExitCode.DONE);
        assertThat(run("holds")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).isEmpty();
        assertThat(run("hold", "nonsense")).isEqualTo(ExitCode.WRONG_USAGE);
    }
}
