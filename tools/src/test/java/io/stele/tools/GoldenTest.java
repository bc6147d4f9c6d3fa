package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What commands write with {@code --json} is a contract: names, nesting, types and order. Every command once, on a history that is the
 * same every time; what differs between two runs is blotted out. After a change that is meant, and noted in the changelog, run main.
 */
class GoldenTest {
    private static final String FILE = "golden.txt";

    /** What writes no report, or one that depends on the machine; their JSON is tested where they are. */
    private static final Set<String> ELSEWHERE = Set.of(
            "demo",
            "tail",
            "top",
            "bench",
            "doctor",
            "crash-test",
            "completion",
            "help",
            "snapshot",
            "quarantine",
            "replay",
            "dead-letters",
            "log");

    private static final List<String> LINES = List.of(
            "version",
            "examples",
            "explain S101",
            "inspect",
            "inspect --exact",
            "ls",
            "ls account/1",
            "ls nobody/*",
            "ls --sort bytes --reverse",
            "show account/1",
            "show account/2 --events 1",
            "show session/x --events 0",
            "state account/1",
            "state account/1 --at 3",
            "state account/1 --at 2026-03-01T00:03",
            "state account/9",
            "events account/2",
            "events --all --type opened",
            "events account/* --tag urgent --from 3 --to 4",
            "events --all --grep cash --since 2026-03-01T00:05",
            "diff account/1 --from 2 --to 5",
            "diff account/1 --from 2026-03-01T00:01",
            "stats",
            "stats session",
            "query type='paid'",
            "query amount>300",
            "query select count() group by kind",
            "query select sum(amount),avg(amount) where by='card'",
            "query nothing=1",
            "verify",
            "verify --deep",
            "export",
            "export session/*",
            "export session/* --out OUT/export.jsonl",
            "import OUT/export.jsonl --verify",
            "import OUT/export.jsonl --to OUT/imported",
            "timers",
            "hold account/1",
            "hold account/1 --execute",
            "holds",
            "release account/1",
            "release account/1 --execute --yes",
            "recovery-plan",
            "compact",
            "compact history",
            "quarantine list",
            "repair",
            "rewrite --rename-type paid=payed",
            "forget anna --master-key OUT/no-key",
            "fork --to OUT/fork --at 2026-03-01T00:03",
            "backup --to OUT/backup",
            "restore --from OUT/backup --to OUT/restored");

    @TempDir
    private Path temporary;

    @Test
    void shouldWriteWhatItHasAlwaysWritten() throws IOException {
        try (InputStream golden = GoldenTest.class.getResourceAsStream(FILE)) {
            assertThat(golden).isNotNull();
            assertThat(parts(page(temporary)))
                    .containsExactlyElementsOf(parts(new String(golden.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }

    @Test
    void shouldHaveALineOfEveryCommand() {
        Set<String> missing = new TreeSet<>(Commands.names());
        LINES.forEach(line -> missing.remove(line.split(" ", 2)[0]));
        missing.removeAll(ELSEWHERE);

        assertThat(missing).isEmpty();
    }

    private static String page(Path work) {
        Path data = work.resolve("data");
        History.write(data);
        StringBuilder page = new StringBuilder();
        for (String line : LINES) {
            List<String> args = new ArrayList<>(
                    line.startsWith("query ")
                            ? List.of("query", line.substring("query ".length()))
                            : List.of(line.replace("OUT", work.toString()).split(" ", -1)));
            args.addAll(List.of("--json", "--data-dir", data.toString()));
            Screens screens = new Screens();
            int exitCode = screens.run(args.toArray(String[]::new));
            page.append("$ stele ").append(line).append(" --json\n");
            page.append(blotted(screens.out() + screens.err(), work));
            page.append("exit code ").append(exitCode).append("\n\n");
        }
        return page.toString();
    }

    /** So that a difference is shown where it is. */
    private static List<String> parts(String page) {
        return List.of(page.split("(?m)^(?=\\$ stele )", 0));
    }

    private static String blotted(String text, Path work) {
        return text.replace(work.toString(), "OUT")
                .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID")
                .replaceAll("20(?!26-03-01)\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
                .replaceAll("(\"crc32c\": ?)\"[0-9a-f]{8}\"", "$1\"CRC\"")
                .replaceAll("(\"permits\": )\\d+", "$1N")
                .replaceAll("(\"phaseNs\": )\\{[^}]*}", "$1N")
                .replaceAll("(\"(?:java|vendor|system|architecture|version)\": )\"[^\"]*\"", "$1\"…\"")
                .replaceAll(
                        "(\"[A-Za-z]*(?:[dD]uration|Ns|Ms|PerSecond|fileBytes|sharedFiles|sharedBytes|copiedFiles|copiedBytes)[A-Za-z]*\":"
                                + " ?)[0-9.]+",
                        "$1N");
    }

    /** Writes the page anew: the file, and a directory to work in. */
    public static void main(String[] args) throws IOException {
        Files.writeString(Path.of(args[0]), page(Path.of(args[1])));
    }
}
