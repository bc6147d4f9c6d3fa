package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keeps the suites whole: enough cases, each with an assertion, and none that can be skipped. */
class ContractSuitesTest {
    private static final Path SOURCES = Path.of("src/main/java/io/stele/testkit");
    private static final Pattern SKIPS = Pattern.compile(
            "\\b(Disabled\\w*|Enabled(If|On|For)\\w*|Assumptions|assumeTrue|assumeFalse|assumeThat|assumingThat|assumeThatCode"
                    + "|TestAbortedException)\\b");
    private static final Pattern CASE =
            Pattern.compile("@Test\\s+(?:public )?void (\\w+)\\(.*?\\n {4}}\\n", Pattern.DOTALL);

    @ParameterizedTest
    @CsvSource({"EventJournalContract, 100", "SnapshotStoreContract, 25", "IndexStoreContract, 25"})
    void shouldHaveEnoughCases(String suite, int caseCountMin) throws ClassNotFoundException {
        List<String> cases = casesOf(Class.forName("io.stele.testkit." + suite));

        assertThat(cases).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(caseCountMin);
    }

    @Test
    void shouldHaveNothingThatSkipsACase() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            assertThat(files.toList())
                    .hasSizeGreaterThan(10)
                    .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContainPattern(SKIPS));
        }
    }

    @Test
    void shouldFindWhatSkips() {
        assertThat("@Disabled").containsPattern(SKIPS);
        assertThat("import static org.assertj.core.api.Assumptions.assumeThat;").containsPattern(SKIPS);
        assertThat("@EnabledOnOs(OS.LINUX)").containsPattern(SKIPS);
    }

    @Test
    void shouldAssertSomethingInEveryCase() throws IOException {
        int caseCount = 0;
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                var matcher = CASE.matcher(Files.readString(file));
                while (matcher.find()) {
                    caseCount++;
                    assertThat(matcher.group())
                            .as("%s in %s", matcher.group(1), file.getFileName())
                            .containsPattern("assert[A-Z]\\w+\\(|refuse\\(");
                }
            }
        }
        assertThat(caseCount).isGreaterThanOrEqualTo(150);
    }

    private static List<String> casesOf(Class<?> suite) {
        List<String> cases = new ArrayList<>();
        for (Class<?> type = suite; type != null; type = type.getSuperclass()) {
            Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> method.isAnnotationPresent(Test.class))
                    .map(Method::getName)
                    .forEach(cases::add);
        }
        return cases;
    }
}
