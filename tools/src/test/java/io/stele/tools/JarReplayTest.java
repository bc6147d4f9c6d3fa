package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.till.ChangedTill;
import io.stele.till.Sales;
import io.stele.till.Till;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** replay --jar and verify --deep --jar with the code that wrote history, and with other code. */
class JarReplayTest {
    private static final List<Class<?>> COMMON =
            List.of(Sales.class, Sales.Sell.class, Sales.Sold.class, Sales.Sum.class);

    @TempDir
    private Path temporary;

    private Path data;
    private final Screens screens = new Screens();

    @BeforeEach
    void write() throws Exception {
        data = temporary.resolve("data");
        try (ActorSystem system = Stele.builder(data)
                .journal(options -> options.withPayloadBytesMax(64 << 10).withSegmentBytes(1 << 20))
                .open()) {
            for (int i = 0; i < 9; i++) {
                system.entity(Till.class, "north")
                        .ask(new Sales.Sell("north-" + i, 100))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS);
                long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                while (system.snapshotsSaved() < (i + 1) / 4) {
                    assertThat(System.nanoTime())
                            .as("a snapshot is saved every 4 events")
                            .isLessThan(deadlineNs);
                    Thread.onSpinWait();
                }
            }
        }
    }

    private Path jar(Class<?> actor) throws IOException {
        Path jar = temporary.resolve(actor.getSimpleName() + ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Class<?> common : COMMON) {
                add(out, common);
            }
            add(out, actor);
        }
        return jar;
    }

    private static void add(JarOutputStream out, Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(name));
        try (InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
            assertThat(bytes).as(name).isNotNull();
            bytes.transferTo(out);
        }
        out.closeEntry();
    }

    private int run(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--data-dir";
        all[args.length + 1] = data.toString();
        return screens.run(all);
    }

    @Test
    void shouldAgreeWithTheCodeThatWroteIt() throws IOException {
        assertThat(run("replay", "--jar", jar(Till.class).toString(), "--json"))
                .as(screens.err())
                .isEqualTo(ExitCode.DONE);

        assertThat(screens.out()).contains("\"clean\": true", "\"actors\": 1", "\"events\": 9", "\"till\"");
    }

    @Test
    void shouldEndWithThreeAndNameTheNumberIfCodeDiffers() throws IOException {
        assertThat(run("replay", "--jar", jar(ChangedTill.class).toString(), "--diff", "--json"))
                .as(screens.err())
                .isEqualTo(ExitCode.FINDING);

        assertThat(screens.out())
                .contains(
                        "\"clean\": false", "\"differing\": 1", "\"actor\": \"till/north\"", "\"before\"", "\"after\"")
                .containsPattern("\"sequenceNumber\": [5-9],");
    }

    @Test
    void shouldTakeADirectoryOfClassesForAJar() throws IOException {
        Path classes = temporary.resolve("classes");
        Path jar = jar(ChangedTill.class);
        try (var zip = new ZipFile(jar.toFile())) {
            for (var entry : Collections.list(zip.entries())) {
                Path file = classes.resolve(entry.getName());
                Files.createDirectories(file.resolveSibling(""));
                Files.write(file, zip.getInputStream(entry).readAllBytes());
            }
        }

        assertThat(run("replay", "--jar", classes.toString(), "-o", "plain"))
                .as(screens.err())
                .isEqualTo(ExitCode.FINDING);
        assertThat(screens.out()).contains("differences\tactor=till/north\tsequenceNumber=");
    }

    @Test
    void shouldReplaySnapshotsWhenItVerifiesDeeply() throws IOException {
        assertThat(run("verify", "--deep", "--jar", jar(Till.class).toString(), "--json"))
                .as(screens.err())
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("\"clean\": true");

        assertThat(run("verify", "--deep", "--jar", jar(ChangedTill.class).toString(), "--json"))
                .isEqualTo(ExitCode.FINDING);
        assertThat(screens.out()).contains("persistenceId=till/north");
        assertThat(run("verify", "--jar", jar(Till.class).toString())).isEqualTo(ExitCode.WRONG_USAGE);
    }
}
