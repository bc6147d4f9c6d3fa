package io.stele.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;

/**
 * The last figure of every campaign, written by the campaigns themselves ({@code ./stele crash-test --record}) and read for
 * docs/faults.md.
 *
 * <pre>
 *   campaign | date | JDK | command | verdict | facts
 * </pre>
 */
final class Figures {
    private static final String HEAD =
            "# campaign | date | JDK | command | verdict | facts; what ./stele crash-test --record writes\n";
    private static final int COLUMNS = 6;

    private final TreeMap<String, Figure> figures = new TreeMap<>();

    private Figures() {}

    /** One line. */
    record Figure(String campaign, String date, String jdk, String command, String verdict, String facts) {
        private static Figure parse(String line) {
            String[] columns = line.split(" \\| ", -1);
            if (columns.length != COLUMNS) {
                throw new IllegalArgumentException("figure does not have " + COLUMNS + " columns: " + line);
            }
            return new Figure(columns[0], columns[1], columns[2], columns[3], columns[4], columns[5]);
        }

        private String line() {
            return String.join(" | ", campaign, date, jdk, command, verdict, facts);
        }
    }

    static Figures read(Path file) throws IOException {
        Figures figures = new Figures();
        if (Files.exists(file)) {
            Files.readAllLines(file).stream()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(Figure::parse)
                    .forEach(figure -> figures.figures.put(figure.campaign(), figure));
        }
        return figures;
    }

    /** Replaces a campaign's figure by that of now. */
    void put(String campaign, String command, Verdict verdict, String facts) {
        figures.put(
                campaign,
                new Figure(
                        campaign,
                        LocalDate.now(ZoneOffset.UTC).toString(),
                        Integer.toString(Runtime.version().feature()),
                        command,
                        verdict.word(),
                        facts.replace('|', '/').replace('\n', ' ')));
    }

    void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        figures.values().forEach(figure -> text.append(figure.line()).append('\n'));
        Files.writeString(file, text);
    }

    Map<String, Figure> all() {
        return figures;
    }
}
