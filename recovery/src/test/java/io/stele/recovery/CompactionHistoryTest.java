package io.stele.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.recovery.CompactionReport.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionHistoryTest {
    private static final CompactionReport FIRST =
            new CompactionReport(1, State.FINISHED, 10, 20, 3, 400, 50, 6, 7, 800, "by {x} of \"a\\b\" } }");
    private static final CompactionReport SECOND = new CompactionReport(2, State.STOPPED, -1, 0, 0, 0, 0, 0, 0, 0, "");

    @TempDir
    Path directory;

    private Path file;
    private CompactionHistory history;

    @BeforeEach
    void open() {
        file = directory.resolve("compactions.jsonl");
        history = CompactionHistory.of(file);
    }

    @Test
    void shouldReadBackWhatItWrote() {
        assertThat(history.runs()).isEmpty();
        assertThat(history.next()).isEqualTo(1);

        history.add(FIRST);
        history.add(SECOND);

        assertThat(history.runs()).containsExactly(FIRST, SECOND);
        assertThat(history.next()).isEqualTo(3);
    }

    /** Wherever the line is torn, behind a brace of its reason too, the next compaction runs and is remembered. */
    @Test
    void shouldGoOnBehindALineThatWasTornAnywhere() throws IOException {
        history.add(FIRST);
        byte[] line = Files.readAllBytes(file);
        for (int length = 0; length < line.length - 1; length++) {
            Files.write(file, Arrays.copyOf(line, length));

            assertThat(history.runs()).as("length=%d", length).isSubsetOf(FIRST);
            history.add(SECOND);

            assertThat(history.runs()).as("length=%d", length).endsWith(SECOND);
            assertThat(history.next()).as("length=%d", length).isEqualTo(3);
        }
    }

    /** A power cut may leave any page of a line as zeros, and its end in place. */
    @Test
    void shouldPassOverALineWithAHole() throws IOException {
        history.add(FIRST);
        byte[] line = Files.readAllBytes(file);
        for (int from = 0; from < line.length - 1; from++) {
            byte[] holed = line.clone();
            Arrays.fill(holed, from, Math.min(line.length - 1, from + 16), (byte) 0);
            Files.write(file, holed);

            history.add(SECOND);

            assertThat(history.runs()).as("from=%d", from).contains(SECOND);
        }
    }

    @Test
    void shouldPassOverWhatSomebodyElseWrote() throws IOException {
        Files.writeString(file, "{}\n{\"run\":x}\n\n{\"run\":99999999999999999999,\"reason\":\"\"}\n");
        Files.write(file, new byte[] {(byte) 0xff, '{', '}', '\n'}, StandardOpenOption.APPEND);

        history.add(FIRST);

        assertThat(history.runs()).containsExactly(FIRST);
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).endsWith("}\n");
    }
}
