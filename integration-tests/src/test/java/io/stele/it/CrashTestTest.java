package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A campaign that has died, or that has tried nothing, must not read as passed. */
final class CrashTestTest {
    private final Map<String, CrashTest.Campaign> campaigns = new LinkedHashMap<>();

    @TempDir
    Path directory;

    @Test
    void shouldSayThatAPromiseHeldOnlyIfSomethingWasTried() {
        campaigns.put("tried", root -> new CampaignReport(3, "trials=3"));
        campaigns.put("idle", root -> new CampaignReport(0, "trials=0"));

        String said = run(CrashTest.NOT_HELD);

        assertThat(said).isEqualTo("tried: held: trials=3\nidle: BROKEN: nothing was tried: trials=0\n");
    }

    @Test
    void shouldSayBrokenWhateverEndsACampaign() {
        campaigns.put("error", root -> {
            throw new StackOverflowError("deep");
        });
        campaigns.put("disk", root -> {
            throw new java.io.IOException("no child process");
        });

        String said = run(CrashTest.NOT_HELD);

        assertThat(said)
                .contains("error: BROKEN: cause=java.lang.StackOverflowError: deep")
                .contains("disk: BROKEN: cause=java.io.IOException: no child process");
    }

    @Test
    void shouldTellViolationsFromWhatCannotRun() {
        campaigns.put("root", root -> {
            throw new NotPossibleException("needs root");
        });
        assertThat(run(CrashTest.NOTHING_RAN)).isEqualTo("root: not run: needs root\n");
        campaigns.put("lost", root -> {
            throw new AssertionError("event is lost");
        });

        assertThat(run(CrashTest.NOT_HELD)).contains("lost: VIOLATED: event is lost");
    }

    @Test
    void shouldNotCountSeedsWhoseThreadHasDied() {
        SimulationCampaign.Simulation dies = (directory, seed) -> {
            if (seed == 2) {
                throw new OutOfMemoryError("planted");
            }
            return new JournalSimulation.Outcome();
        };

        assertThatThrownBy(() -> SimulationCampaign.run("dies", dies, 1, 4))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("seed=2")
                .hasMessageContaining("planted");
    }

    @Test
    void shouldReportASeedThatDoesNotRepeatItself() {
        long[] runs = {0};
        SimulationCampaign.Simulation drifts = (directory, seed) -> {
            JournalSimulation.Outcome outcome = new JournalSimulation.Outcome();
            outcome.traceHash = runs[0]++;
            java.nio.file.Files.delete(directory);
            return outcome;
        };

        SimulationCampaign.Result result = SimulationCampaign.run("drifts", drifts, 100, 1);

        assertThat(result.violations()).containsExactly("seed does not repeat itself: seed=100");
    }

    @Test
    void shouldKeepTheLastFigureOfEveryCampaign() throws Exception {
        Path file = directory.resolve("figures.txt");
        Figures figures = Figures.read(file);
        figures.put("kill", "crash-test kill", Verdict.HELD, "kills=1");
        figures.put("kill", "crash-test kill --seeds 2", Verdict.VIOLATED, "lost | torn");

        figures.write(file);

        assertThat(Figures.read(file).all().values())
                .extracting(Figures.Figure::command, Figures.Figure::verdict, Figures.Figure::facts)
                .containsExactly(tuple("crash-test kill --seeds 2", "VIOLATED", "lost / torn"));
    }

    private String run(int status) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(CrashTest.run(new PrintStream(bytes, true, StandardCharsets.UTF_8), campaigns))
                .isEqualTo(status);
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
