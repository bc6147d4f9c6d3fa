package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ls, events, tail, diff, stats and query on a history that is the same every time: what they write is a contract. */
class ReadingTest {
    @TempDir
    private Path temporary;

    private Path directory;
    private Screens screens = new Screens();

    @BeforeEach
    void write() {
        directory = temporary.resolve("data");
        History.write(directory);
    }

    private String out(String... args) {
        screens = new Screens();
        assertThat(run(args)).as(() -> screens.err()).isEqualTo(ExitCode.DONE);
        return screens.out().replace(directory.toString(), "DATA");
    }

    private int run(String... args) {
        String[] all = Stream.concat(Stream.of(args), Stream.of("-d", directory.toString()))
                .toArray(String[]::new);
        return screens.run(all);
    }

    @Test
    void shouldListActorsInFourForms() {
        assertThat(out("ls", "-o", "json")).isEqualTo("""
                {"schema":"stele.ls/1","dataDirectory":"DATA","rows":[
                {"actor":"account/1","events":6,"bytes":652,"sequenceNumber":6,"lastTime":"2026-03-01T00:06:00Z","firstSequenceNumber":1,"lane":1},
                {"actor":"account/2","events":2,"bytes":192,"sequenceNumber":2,"lastTime":"2026-03-01T00:07:00Z","firstSequenceNumber":1,"lane":1},
                {"actor":"session/x","events":1,"bytes":92,"sequenceNumber":1,"lastTime":"2026-03-01T00:08:00Z","firstSequenceNumber":1,"lane":0}
                ]}
                """);
        assertThat(out("ls", "account/1", "-o", "jsonl"))
                .startsWith("{\"actor\":\"account/1\",\"events\":6,")
                .hasLineCount(1);
        assertThat(out("ls", "session", "-o", "plain"))
                .startsWith("session/x\t1\t")
                .hasLineCount(1);
        assertThat(out("ls", "-o", "table")).contains("actor      events").hasLineCount(4);
    }

    @ParameterizedTest
    @CsvSource({"name,account/1", "events,account/1", "bytes,account/1", "age,session/x"})
    void shouldSortActors(String by, String first) {
        assertThat(out("ls", "--sort", by, "-n", "1", "-o", "plain")).startsWith(first + "\t");
        assertThat(out("ls", "--sort", by, "-r", "-o", "plain").lines().toList().get(2))
                .startsWith(first + "\t");
    }

    @Test
    void shouldShowEventsAsTheyAre() {
        assertThat(out("events", "account/2", "-o", "jsonl"))
                .isEqualTo(
                        """
                {"time":"2026-03-01T00:01:00Z","actor":"account/2","sequenceNumber":1,"type":"opened","payload":{"owner":"bob\\u001b[31m"},"commandId":null,"lane":1,"position":POSITION}
                {"time":"2026-03-01T00:07:00Z","actor":"account/2","sequenceNumber":2,"type":"paid","payload":{"amount":7,"by":"cash"},"commandId":null,"lane":1,"position":POSITION}
                """.replaceAll("POSITION}\n\\{", position(0) + "}\n{").replace("POSITION", position(1)));
        assertThat(out("events", "account/2", "-o", "table"))
                .doesNotContain("\u001b")
                .contains("bob\\u001b[31m");
    }

    private String position(int line) {
        String found =
                out("events", "account/2", "-o", "jsonl").lines().toList().get(line);
        return found.replaceAll(".*\"position\":(\\d+)}", "$1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--from 3 | 4",
                "--from 3 --to 4 | 2",
                "--type paid | 6",
                "--type open* | 3",
                "--tag urgent | 5",
                "--tag other | 5",
                "--tag none | 0",
                "--grep card | 3",
                "--grep amount.:[0-9]+ --type paid | 6",
                "--since 2026-03-01T00:06 | 3",
                "--until 2026-03-01T00:01:00Z | 2",
                "-n 2 | 2"
            })
    void shouldFilterEvents(String options, int count) {
        String[] args = Stream.concat(Stream.of("events", "--all", "-o", "jsonl"), Stream.of(options.split(" ")))
                .toArray(String[]::new);

        assertThat(out(args).lines()).hasSize(count);
    }

    @Test
    void shouldFollowUntilThereAreEnough() {
        assertThat(out("events", "--all", "-f", "-n", "9", "-o", "jsonl").lines())
                .hasSize(9);
    }

    @Test
    void shouldShowTheNewestEventsLast() {
        assertThat(out("tail", "-n", "2", "-o", "plain").lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("2026-03-01T00:08:00Z\tsession/x\t1\topened\t");
    }

    @Test
    void shouldCountSizesTimesAndTypes() {
        assertThat(out("stats", "-o", "jsonl"))
                .contains("\"schema\":\"stele.stats/1\"", "\"events\":9,\"batches\":9")
                .contains("{\"kind\":\"account\",\"type\":\"paid\",\"version\":1,\"events\":6,")
                .contains("\"start\":\"2026-03-01T00:00:00Z\"")
                .hasLineCount(1);
        assertThat(out("stats", "account/*", "-o", "table")).contains("8 events", "█", "paid");
        assertThat(out("stats", "session", "-o", "jsonl")).contains("\"events\":1,");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type = 'Paid' | 6",
                "amount > 300 | 3",
                "amount >= 300 and by = 'cash' | 2",
                "amount < 300 or owner = 'anna' | 3",
                "not type = 'paid' | 3",
                "not (amount > 300 or type = 'opened') | 3",
                "by in ('card', 'cash') and number != 2 | 4",
                "owner ~ '^[ac]' | 2",
                "owner is null | 6",
                "owner is not null and kind = 'session' | 1",
                "time >= '2026-03-01T00:07' | 2",
                "payload.amount = 7 | 1",
                "actor = 'account/1' and tags ~ 'urgent' | 5",
                "amount = 200.0 | 1",
                "nothing = 1 | 0"
            })
    void shouldFindWhatFitsACondition(String query, int count) {
        assertThat(out("query", query, "-o", "jsonl").lines()).hasSize(count);
    }

    @Test
    void shouldWorkOutGroups() {
        assertThat(out(
                        "query",
                        "select count(), sum(amount), min(amount), max(amount), avg(amount) where type = 'paid' group by by",
                        "-o",
                        "json"))
                .isEqualTo("""
                        {"schema":"stele.query/1","dataDirectory":"DATA","query":"select count(), sum(amount), min(amount), max(amount), avg(amount) where type = 'paid' group by by","exact":true,"rows":[
                        {"by":"card","count()":3,"sum(amount)":1200,"min(amount)":200,"max(amount)":600,"avg(amount)":400},
                        {"by":"cash","count()":3,"sum(amount)":807,"min(amount)":7,"max(amount)":500,"avg(amount)":269}
                        ]}
                        """);
        assertThat(out("query", "type = 'paid' and amount > 100 group by day, kind", "-o", "plain"))
                .isEqualTo("2026-03-01\taccount\t5\n");
        assertThat(out("query", "select count() amount > 1000000", "-o", "plain"))
                .isEqualTo("0\n");
        assertThat(out("query", "select sum(amount) where amount > 1000000", "-o", "plain"))
                .isEqualTo("\n");
    }

    @Test
    void shouldSaySoWhenItHasSampled() {
        assertThat(out("query", "select count()", "--sample", "1%", "-o", "jsonl"))
                .contains("\"count()\":");
        assertThat(screens.err()).contains("estimated from 1 of 2 segments");
        assertThat(run("query", "select count()", "--sample", "0%")).isEqualTo(ExitCode.WRONG_USAGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amount >",
                "amount = 'x",
                "= 3",
                "amount ~ '('",
                "group day",
                "select median(x)",
                "a = 1 b",
                "a $ 1",
                "(a = 1",
                "a in (1"
            })
    void shouldPointAtWhatIsWrongWithAQuery(String query) {
        assertThat(run("query", query)).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(screens.err())
                .startsWith("stele: query cannot be understood: ")
                .contains("column=")
                .endsWith(" [S104]\n");
        assertThat(screens.out()).isEmpty();
    }

    @Test
    void shouldNotKnowAnActorThatHasNoEvents() {
        assertThat(run("events", "account/9")).isEqualTo(ExitCode.FAILED);
        assertThat(screens.err()).contains("[S301]");
        assertThat(run("events")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run("events", "a", "--since", "yesterday")).isEqualTo(ExitCode.WRONG_USAGE);
    }

    @Test
    void shouldExportAndImportByteForByte() throws IOException {
        Path file = temporary.resolve("export.jsonl.zst");
        Path copy = temporary.resolve("copy");

        assertThat(out("export", "--out", file.toString(), "--zstd")).contains("events\t9");
        assertThat(new Screens().run("import", file.toString(), "--to", copy.toString(), "--verify"))
                .isEqualTo(0);

        assertThat(temporary.resolve("copy.unfinished")).doesNotExist();
        String before = out("export")
                .replaceAll("\"(journalId|crc32c)\":\"[^\"]*\"", "")
                .replaceAll("\"position\":\\d+", "");
        directory = copy;
        assertThat(out("export")
                        .replaceAll("\"(journalId|crc32c)\":\"[^\"]*\"", "")
                        .replaceAll("\"position\":\\d+", ""))
                .isEqualTo(before);
        assertThat(out("verify")).contains("clean\ttrue", "events\t9");
        assertThat(run("export", "--out", file.toString())).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void shouldExportCsv() {
        assertThat(out("export", "session/*", "--format", "csv")).isEqualTo("""
                        actor,number,time,type,version,payload
                        "session/x",1,2026-03-01T00:08:00Z,"opened",1,"{""owner"":""carl""}"
                        """);
    }

    @Test
    void shouldNotImportAFileThatIsNotAsItWasWritten() throws IOException {
        Path file = temporary.resolve("export.jsonl");
        Path copy = temporary.resolve("copy");
        assertThat(out("export", "--out", file.toString())).isNotEmpty();
        String text = Files.readString(file);
        String shorter = text.substring(0, text.lastIndexOf("{\"end\""));
        for (String changed : new String[] {shorter, text.replace("\"number\":3", "\"number\":4"), "", "no json\n"}) {
            Files.writeString(file, changed);

            assertThat(new Screens().run("import", file.toString(), "--verify")).isEqualTo(ExitCode.FINDING);
            assertThat(new Screens().run("import", file.toString(), "--to", copy.toString()))
                    .isEqualTo(ExitCode.FINDING);
            assertThat(copy).doesNotExist();
            assertThat(temporary.resolve("copy.unfinished")).doesNotExist();
        }
    }

    @Test
    void shouldForkAtAMoment() {
        Path fork = temporary.resolve("fork");

        assertThat(out("fork", "--to", fork.toString(), "--at", "2026-03-01T00:03"))
                .contains("events\t4", "eventsLeftOut\t5");

        directory = fork;
        assertThat(out("ls", "-o", "plain").lines()).hasSize(2);
    }

    @Test
    void shouldDiagnoseThisMachine() {
        assertThat(run("doctor", "-o", "table")).isIn(ExitCode.DONE, ExitCode.FINDING);
        assertThat(screens.out()).contains("java", "jvm flags", "file system", "free space", "journal", "2 lanes");
    }

    @Test
    void shouldCompareTwoMoments() {
        assertThat(out("diff", "account/1", "--from", "2", "--to", "5", "-o", "jsonl"))
                .contains("\"from\":2,\"to\":5,\"events\":3,\"eventTypes\":{\"paid\":3}", "\"statesKnown\":false");
    }
}
