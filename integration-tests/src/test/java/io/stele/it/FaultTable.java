package io.stele.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Puts docs/faults.md together: what is promised, from {@code faults.txt}, and who holds it, from annotations in the sources. */
final class FaultTable {
    private static final Pattern TEST =
            Pattern.compile("@Fault\\(([^)]*)\\)((?:\\s+@[^\\n]*)*)\\s+(?:public )?void (\\w+)\\(");
    private static final Pattern ID = Pattern.compile("\"(F\\d\\d)\"");
    private static final int COLUMNS = 5;

    private final List<Row> rows;
    private final Map<String, List<String>> tests;
    private final Figures figures;

    private FaultTable(List<Row> rows, Map<String, List<String>> tests, Figures figures) {
        this.rows = rows;
        this.tests = tests;
        this.figures = figures;
    }

    /**
     * One line of the table of promises.
     *
     * @param campaigns those of {@code crash-test} that try it, separated by spaces
     */
    record Row(String id, String fault, String promise, String campaigns, String later) {
        static Row parse(String line) {
            String[] columns = line.split("\\|", -1);
            if (columns.length != COLUMNS) {
                throw new IllegalArgumentException("row does not have " + COLUMNS + " columns: " + line);
            }
            return new Row(
                    columns[0].strip(), columns[1].strip(), columns[2].strip(), columns[3].strip(), columns[4].strip());
        }
    }

    /**
     * Reads promises and sources.
     *
     * @param root where the modules are
     */
    static FaultTable read(Path promises, Path root) throws IOException {
        List<Row> rows = Files.readAllLines(promises).stream()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(Row::parse)
                .toList();
        Map<String, List<String>> tests = new TreeMap<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.sorted().toList()) {
                collect(module, tests);
            }
        }
        return new FaultTable(rows, tests, Figures.read(promises.resolveSibling("figures.txt")));
    }

    private static void collect(Path module, Map<String, List<String>> tests) throws IOException {
        Path sources = module.resolve("src/test/java");
        if (!Files.isDirectory(sources)) {
            return;
        }
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                collect(module.getFileName() + "", file, tests);
            }
        }
    }

    private static void collect(String module, Path file, Map<String, List<String>> tests) throws IOException {
        Matcher matcher = TEST.matcher(Files.readString(file));
        String type = (file.getFileName() + "").replace(".java", "");
        while (matcher.find()) {
            Matcher ids = ID.matcher(matcher.group(1));
            while (ids.find()) {
                tests.computeIfAbsent(ids.group(1), id -> new ArrayList<>())
                        .add(module + " `" + type + "." + matcher.group(3) + "`");
            }
        }
    }

    /** Returns what is wrong with it; empty if every row has a test or says why not. */
    List<String> faults() {
        List<String> found = new ArrayList<>();
        for (Row row : rows) {
            boolean tested = tests.containsKey(row.id);
            if (!tested && row.later.isEmpty()) {
                found.add(row.id + " has neither a test nor a reason why it has none");
            } else if (tested && !row.later.isEmpty()) {
                found.add(row.id + " has a test, and a reason why it has none");
            }
        }
        List<String> known = rows.stream().map(Row::id).toList();
        tests.forEach((id, names) -> {
            if (!known.contains(id)) {
                found.add(id + " is named by " + names + " and is no row");
            }
        });
        return found;
    }

    private String figures(Row row) {
        List<String> found = new ArrayList<>();
        for (String campaign : row.campaigns.split(" ", -1)) {
            Figures.Figure figure = figures.all().get(campaign);
            if (figure != null) {
                found.add(
                        figure.date() + ", JDK " + figure.jdk() + ", `" + figure.command() + "`: " + figure.verdict());
            } else if (!campaign.isEmpty()) {
                found.add("`" + campaign + "`: not recorded");
            }
        }
        return String.join("<br>", found);
    }

    private String allFigures() {
        StringBuilder list = new StringBuilder();
        figures.all()
                .values()
                .forEach(figure -> list.append("| ")
                        .append(figure.campaign())
                        .append(" | ")
                        .append(figure.date())
                        .append(" | ")
                        .append(figure.jdk())
                        .append(" | `")
                        .append(figure.command())
                        .append("` | ")
                        .append(figure.verdict())
                        .append(" | ")
                        .append(figure.facts())
                        .append(" |\n"));
        return list.toString();
    }

    /** Returns the page. */
    String toMarkdown() {
        StringBuilder page = new StringBuilder("""
                # Faults, and who watches over them

                Put together from `integration-tests/src/test/resources/faults.txt` and from the tests that are annotated with `@Fault`;
                `FaultTableTest` fails if this page is not what they say, or if a row has no test and no reason. To write it anew:
                `mvn -pl integration-tests -am test -Dtest=FaultTableTest -Dsurefire.failIfNoSpecifiedTests=false -Dstele.test.args=-Dstele.write=true`.

                A test with `Root` in its name, or one that uses process namespaces or loop devices, needs root, and is reported as skipped
                where it has none. The last figure of a row is that of the campaigns that try it, written by themselves into
                `figures.txt` beside it (`./stele crash-test --record`); what they came to stands below.

                | | fault | promise | tests | last figure |
                |---|---|---|---|---|
                """);
        for (Row row : rows) {
            List<String> names = tests.getOrDefault(row.id, List.of());
            page.append("| ").append(row.id).append(" | ").append(row.fault).append(" | ");
            page.append(row.promise).append(" | ");
            page.append(names.isEmpty() ? "none: " + row.later : String.join("<br>", names));
            page.append(" | ").append(figures(row)).append(" |\n");
        }
        long open = rows.stream().filter(row -> !tests.containsKey(row.id)).count();
        page.append("\n").append(rows.size() - open).append(" of ").append(rows.size());
        page.append(
                " rows have a test.\n\n## Last figures\n\n| campaign | date | JDK | command | verdict | came to |\n");
        return page.append("|---|---|---|---|---|---|\n").append(allFigures()).toString();
    }
}
