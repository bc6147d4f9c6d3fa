package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is what a newcomer gets. */
final class ReadmeTest {
    private static final Path ROOT = Path.of("..");

    @TempDir
    private Path directory;

    private static String readme() throws Exception {
        return Files.readString(ROOT.resolve("README.md"));
    }

    @Test
    void shouldFitOnAPageOrTwo() throws Exception {
        assertThat(readme().lines()).hasSizeLessThanOrEqualTo(120);
    }

    /** Compiles the example as it stands, runs it three times, and reads what it prints. */
    @Test
    void shouldShowAnExampleThatCountsAcrossRestarts() throws Exception {
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme());
        assertThat(block.find()).isTrue();
        compile(block.group(1));

        for (int run = 1; run <= 3; run++) {
            Process process = new ProcessBuilder(Stream.concat(
                                    Stream.of(
                                            Path.of(System.getProperty("java.home"), "bin", "java")
                                                    .toString(),
                                            "@"
                                                    + ROOT.resolve("config/jvm.args")
                                                            .toRealPath()),
                                    Stream.of(
                                            "-cp", directory + ":" + System.getProperty("java.class.path"), "Counter"))
                            .toList())
                    .directory(directory.toFile())
                    .redirectError(directory.resolve("err").toFile())
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

            assertThat(process.waitFor())
                    .as(Files.readString(directory.resolve("err")))
                    .isZero();
            assertThat(printed).isEqualTo(Integer.toString(run));
        }
    }

    @Test
    void shouldLinkOnlyToWhatIsThere() throws Exception {
        Matcher links = Pattern.compile("]\\(([^)]+)\\)").matcher(readme());
        while (links.find()) {
            assertThat(ROOT.resolve(Objects.requireNonNull(links.group(1)))).exists();
        }
    }

    /** The account that the demo runs: small enough to be read at a glance. */
    @Test
    void shouldKeepTheBankAccountWithin45LinesOfCode() throws Exception {
        long lines =
                Files.readAllLines(ROOT.resolve("examples/src/main/java/io/stele/examples/BankAccount.java")).stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty()
                                && !line.startsWith("/*")
                                && !line.startsWith("*")
                                && !line.startsWith("//"))
                        .count();

        assertThat(lines).as("package and imports included").isLessThanOrEqualTo(45);
    }

    private void compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter output = new StringWriter();
        SimpleJavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Counter.java"), javax.tools.JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options = List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path"));
        assertThat(compiler.getTask(output, null, null, options, null, List.of(file))
                        .call())
                .as(output.toString())
                .isTrue();
    }
}
