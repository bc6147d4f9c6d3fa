package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.PersistentActor;
import io.stele.tools.Diary.Note;
import io.stele.tools.Diary.Noted;
import io.stele.tools.Diary.Pages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** stele replay --check with the handlers that wrote the data, and with others. */
final class ReplayCommandTest {
    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    private final Screens screens = new Screens();

    /** Knows the same events, and counts them in another way from the fifth on. */
    static final class ChangedDiary extends PersistentActor<Noted, Pages> {
        ChangedDiary() {
            super("diary");
        }

        @Override
        protected Pages initialState() {
            return new Pages("", 0);
        }

        @Override
        protected Pages onEvent(Pages pages, Noted noted) {
            return new Pages(noted.text(), pages.count() + (pages.count() < 4 ? 1 : 2));
        }
    }

    @BeforeEach
    void fill() throws Exception {
        try (ActorSystem system = Stele.builder(directory)
                .journal(options -> options.withPayloadBytesMax(64 << 10).withSegmentBytes(1 << 20))
                .open()) {
            for (int i = 0; i < 10; i++) {
                for (String id : new String[] {"anna", "bertha"}) {
                    system.entity(Diary.class, id)
                            .ask(new Note(id + "-" + i, "text " + i))
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS);
                }
            }
        }
    }

    private int run(String... args) {
        return screens.run(Stream.concat(
                        Stream.of("replay", "--check"),
                        Stream.concat(Stream.of(args), Stream.of("-d", directory.toString())))
                .toArray(String[]::new));
    }

    @Test
    void shouldFindThatHandlersAgree() {
        assertThat(run("-a", Diary.class.getName(), "-o", "table"))
                .as(screens.err())
                .isEqualTo(ExitCode.DONE);

        assertThat(screens.out()).contains("2 actors replayed, 4 states compared: handlers and history agree");
    }

    @Test
    void shouldSayWhereHandlersAndHistoryPart() {
        assertThat(run("-a", ChangedDiary.class.getName(), "diary/anna", "--json"))
                .isEqualTo(ExitCode.FINDING);

        assertThat(screens.out())
                .contains("\"clean\": false", "\"actorCount\": 1", "\"sequenceNumberAgreeing\": 4")
                .contains("event handlers disagree with history: persistenceId=diary/anna")
                // the next snapshot is that of event 8, or a later one where the one before it was still being saved
                .containsPattern("\"sequenceNumberDiffering\": (8|9|10),")
                .containsPattern("is one of 5 to (8|9|10),");
        assertThat(run("-a", ChangedDiary.class.getName(), "-o", "table")).isEqualTo(ExitCode.FINDING);
        assertThat(screens.out()).contains("diary/bertha", "2 actors with findings");
    }

    @Test
    void shouldSayThatNothingProvesNothingWithoutSnapshots() throws Exception {
        Files.move(Stele.snapshotDirectory(directory), elsewhere.resolve("snapshots"));

        assertThat(run("-a", Diary.class.getName(), "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("there was nothing to compare with, which proves nothing");
    }

    @Test
    void shouldSayWhatIsWrongWithItsArguments() {
        assertThat(run("-a", "no.such.Class")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run("-a", "java.lang.String")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run("-a", Diary.class.getName(), "account/1")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(screens.run("replay", "-a", Diary.class.getName())).isEqualTo(ExitCode.WRONG_USAGE);

        assertThat(screens.err())
                .contains(
                        "class=no.such.Class",
                        "STELE_CLASS_PATH",
                        "class is no persistent actor",
                        "actor=account/1",
                        "--check");
    }
}
