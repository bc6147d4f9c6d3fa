package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.SteleException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every error has a code of its own, and every code is explained. */
class ErrorCodeTest {
    private static final List<Class<?>> ROOMS = List.of(
            SteleException.class,
            io.stele.journal.JournalInspector.class,
            io.stele.recovery.Recovery.class,
            io.stele.runtime.ActorSystem.class,
            io.stele.encryption.KeyInspector.class,
            io.stele.snapshot.RocksStores.class,
            io.stele.codec.RecordCodec.class,
            io.stele.Stele.class);

    private final Screens screens = new Screens();

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void shouldExplainEveryCode(ErrorCode code) {
        assertThat(screens.run("explain", code.code(), "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out())
                .contains(code.code(), code.title(), "cause  " + code.cause(), "next   " + code.next());
        assertThat(code.code()).matches("S[1-9][0-9]{2}");
    }

    @Test
    void shouldUseNoCodeTwice() {
        assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::code)).doesNotHaveDuplicates();
    }

    @Test
    void shouldKnowACodeForEverythingThatIsThrown() throws Exception {
        List<String> found = new ArrayList<>();
        for (Class<?> room : ROOMS) {
            for (String name : classes(room)) {
                Class<?> type = Class.forName(name, false, room.getClassLoader());
                if (SteleException.class.isAssignableFrom(type)) {
                    found.add(type.getSimpleName());
                    assertThat(ErrorCode.ofClass(type.getSimpleName()))
                            .as("code of %s", name)
                            .isNotNull();
                }
            }
        }
        assertThat(found).contains("JournalInUseException", "PoisonEventException", "MailboxFullException");
    }

    @Test
    void shouldListAllCodes() {
        assertThat(screens.run("explain", "-o", "jsonl")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out().lines())
                .hasSize(ErrorCode.values().length)
                .first()
                .asString()
                .startsWith("{\"code\":\"S101\",\"exitCode\":2,\"title\":");
    }

    @Test
    void shouldRefuseACodeThatIsNone() {
        assertThat(screens.run("explain", "S999")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(screens.err()).startsWith("stele: there is no such code: code=S999");
    }

    private static List<String> classes(Class<?> room) throws IOException, URISyntaxException {
        Path source =
                Path.of(room.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(source)) {
            return exceptions(source);
        }
        try (FileSystem jar = FileSystems.newFileSystem(source)) {
            return exceptions(jar.getPath("/"));
        }
    }

    private static List<String> exceptions(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(name -> name.endsWith("Exception.class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .toList();
        }
    }
}
