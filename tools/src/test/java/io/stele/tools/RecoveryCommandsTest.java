package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.tools.Diary.Note;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** state, recovery-plan and quarantine, with and without the user's classes. */
class RecoveryCommandsTest {

    @TempDir
    private Path directory;

    private final Screens screens = new Screens();

    /** A diary whose event handler is broken. */
    static final class BrokenDiary extends PersistentActor<Diary.Noted, Diary.Pages> {
        record Read() implements Command<Diary.Pages> {}

        BrokenDiary() {
            super("diary");
        }

        @Override
        protected Diary.Pages initialState() {
            return new Diary.Pages("", 0);
        }

        @Override
        protected void commands(CommandHandlers<Diary.Noted, Diary.Pages> on) {
            on.on(Read.class, (pages, read) -> reply(pages));
        }

        @Override
        protected void events(EventHandlers<Diary.Noted, Diary.Pages> on) {
            on.on(Diary.Noted.class, (pages, noted) -> {
                throw new IllegalStateException("torn page");
            });
        }
    }

    private void fill() throws Exception {
        try (ActorSystem system = Stele.open(directory)) {
            for (int i = 0; i < 10; i++) {
                system.entity(Diary.class, "anna")
                        .ask(new Note("anna-" + i, "text " + i))
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
                long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                while (system.snapshotsSaved() < (i + 1) / 4) {
                    assertThat(System.nanoTime())
                            .as("a snapshot is saved every 4 events")
                            .isLessThan(deadlineNs);
                    Thread.onSpinWait();
                }
            }
        }
    }

    private int run(String... args) {
        return screens.run(Stream.concat(Stream.of(args), Stream.of("-d", directory.toString()))
                .toArray(String[]::new));
    }

    @Test
    void shouldReplayWithTheUsersOwnClass() throws Exception {
        fill();

        assertThat(run("state", "diary/anna", "--at", "7", "--actor-class", Diary.class.getName(), "--json"))
                .as(screens.err())
                .isEqualTo(ExitCode.DONE);

        assertThat(screens.out())
                .contains("\"schema\": \"stele.state/1\"", "\"complete\": true", "\"sequenceNumber\": 7")
                .contains("{\"last\":\"text 6\",\"count\":7}");
    }

    @Test
    void shouldShowWhatIsKnownWithoutAClass() throws Exception {
        fill();

        assertThat(run("state", "diary/anna", "--at", "7", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(run("state", "diary/anna", "--at", "8", "--json")).isEqualTo(ExitCode.DONE);
        assertThat(run("state", "diary/anna", "--at", "2001-01-01", "-o", "table"))
                .isEqualTo(ExitCode.DONE);

        assertThat(screens.out())
                .contains("state at number 4  {\"last\":\"text 3\",\"count\":4}", "and what 3 events made of it")
                .contains("{\"text\":\"text 6\"}")
                .doesNotContain("text 8")
                .contains("\"complete\": true", "\"stateSequenceNumber\": 8")
                .contains("no event before that moment");
    }

    @Test
    void shouldRefuseWhatIsNoMomentAndNoActorClass() throws Exception {
        fill();

        assertThat(run("state", "diary/anna", "--at", "yesterday")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run("state", "diary/anna", "--actor-class", "no.such.Class")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run("state", "diary/anna", "--actor-class", "java.lang.String"))
                .isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run("state", "other/anna", "--actor-class", Diary.class.getName()))
                .isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run("recovery-plan", "--permits", "0")).isEqualTo(ExitCode.WRONG_USAGE);

        assertThat(screens.err())
                .contains("--at is neither", "class cannot be loaded", "not one of an actor", "another kind of actor");
    }

    @Test
    void shouldPrintThePlanAndTheLastOpening() throws Exception {
        fill();

        assertThat(run("recovery-plan", "--json")).isEqualTo(ExitCode.DONE);
        assertThat(run("recovery-plan", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(run("recovery-plan", "--type", "nobody", "--json")).isEqualTo(ExitCode.DONE);

        assertThat(screens.out())
                .contains("\"schema\": \"stele.recovery-plan/1\"", "\"actors\": 1", "\"events\": 2")
                .contains("\"lastOpening\"", "\"clean\": true", "\"quarantined\": 0")
                .contains("last opening", "2 events to replay")
                .contains("\"actors\": 0");
        assertThat(screens.err()).isEmpty();
    }

    @Test
    void shouldListWhoIsInQuarantine() throws Exception {
        fill();
        assertThat(run("quarantine", "-o", "table")).isEqualTo(ExitCode.DONE);
        try (ActorSystem system = Stele.open(directory)) {
            assertThatThrownBy(() -> system.entity(BrokenDiary.class, "anna")
                            .ask(new BrokenDiary.Read())
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("quarantine");
        }

        assertThat(run("quarantine", "-o", "table")).isEqualTo(ExitCode.FINDING);
        assertThat(run("quarantine", "--json")).isEqualTo(ExitCode.FINDING);

        assertThat(screens.out())
                .contains("no actor is in quarantine", "1 actor in quarantine", "torn page")
                .contains("\"schema\": \"stele.quarantine/1\"", "\"sequenceNumber\": 9", "\"actor\": \"diary/anna\"");
    }
}
