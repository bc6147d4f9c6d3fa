package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A line counts only when its break has arrived. */
class LineReaderTest {

    @Test
    void shouldDropALineThatWasCutOff() throws IOException {
        assertThat(read("done\t12\ndone\t123")).containsExactly("done\t12");
        assertThat(read("done\t12\n")).containsExactly("done\t12");
        assertThat(read("done")).isEmpty();
        assertThat(read("")).isEmpty();
    }

    @Test
    void shouldReadLongAndEmptyLines() throws IOException {
        String longLine = "ž".repeat(50_000);

        assertThat(read("\n" + longLine + "\nx\n")).containsExactly("", longLine, "x");
    }

    private static List<String> read(String text) throws IOException {
        LineReader reader = new LineReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        List<String> lines = new ArrayList<>();
        for (String line = reader.next(); line != null; line = reader.next()) {
            lines.add(line);
        }
        return lines;
    }
}
