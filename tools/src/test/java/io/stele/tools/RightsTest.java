package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stele.Stele;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another user's files: read without the right to write, and refused with exit code 6 without the right to read. Root may do anything,
 * so where the tests run as root the command runs as nobody.
 */
class RightsTest {
    private static final String NOBODY = "65534";
    private static final long TIMEOUT_S = 120;

    @TempDir(cleanup = CleanupMode.ALWAYS)
    private Path temporary;

    private Path directory;

    @BeforeEach
    void write() throws IOException {
        assumeThat(isRoot() && !hasSetpriv())
                .as("root, and no setpriv to become somebody else")
                .isFalse();
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        directory = temporary.resolve("data");
        History.write(directory);
        forAll(directory, path -> Files.isDirectory(path) ? "r-xr-xr-x" : "r--r--r--");
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static boolean hasSetpriv() {
        return Files.isExecutable(Path.of("/usr/bin/setpriv"));
    }

    /** Says which permissions a path shall have. */
    private interface Permissions {
        String of(Path path);
    }

    private static void forAll(Path root, Permissions permissions) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions.of(file)));
            }
        }
    }

    private CliProcess run(String... args) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(args));
        arguments.addAll(List.of("-d", directory.toString()));
        List<String> command = JavaCommand.of(Main.class, arguments.toArray(String[]::new));
        if (isRoot()) {
            command.set(command.indexOf("-cp") + 1, readableClassPath());
            command.addAll(0, List.of("/usr/bin/setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
        }
        File out = temporary.resolve("out").toFile();
        File err = temporary.resolve("err").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectOutput(out)
                .redirectError(err);
        builder.environment().keySet().removeAll(Set.of("STELE_DATA_DIR", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
        builder.environment().putAll(Map.of("LANG", "C.UTF-8", "HOME", "/nonexistent"));
        Process process = builder.start();
        assertThat(process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
        return new CliProcess(process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
    }

    /** A class path below root's home is none for nobody: then it is copied. */
    private String readableClassPath() throws IOException {
        List<Path> parts = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, 0))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
        Path copies = Files.createDirectories(temporary.resolve("classes"));
        List<String> path = new ArrayList<>();
        for (Path part : parts) {
            path.add(
                    isOpen(part)
                            ? part.toString()
                            : copy(part, copies.resolve(Integer.toString(path.size())))
                                    .toString());
        }
        return path.stream().collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean isOpen(Path part) throws IOException {
        for (Path at = part.toRealPath(); at != null && at.getParent() != null; at = at.getParent()) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(at);
            if (!permissions.contains(PosixFilePermission.OTHERS_READ)
                    || (Files.isDirectory(at) && !permissions.contains(PosixFilePermission.OTHERS_EXECUTE))) {
                return false;
            }
        }
        return true;
    }

    private static Path copy(Path part, Path target) throws IOException {
        Path named = target.resolveSibling(target.getFileName() + "-" + part.getFileName());
        try (Stream<Path> files = Files.walk(part)) {
            for (Path file : files.toList()) {
                Path to = named.resolve(part.relativize(file).toString());
                Files.copy(file, part.equals(file) ? named : to, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return named;
    }

    @Test
    void shouldReadWhatItMayNotWrite() throws IOException, InterruptedException {
        for (String command :
                new String[] {"inspect", "ls", "show account/1", "verify", "events --all", "stats", "timers"}) {
            CliProcess done = run(command.split(" ", -1));

            assertThat(done.exitCode()).as(command + ": " + done.err()).isZero();
            assertThat(done.err()).as(command).isEmpty();
            assertThat(done.out())
                    .as(command)
                    .contains(Map.of("verify", "clean\ttrue", "timers", "").getOrDefault(command, "account"));
        }
    }

    @Test
    void shouldRefuseToChangeWhatItMayNotWrite() throws IOException, InterruptedException {
        CliProcess refused = run("rewrite", "--remove", "account/1", "--reason", "test", "--execute", "--yes");

        assertThat(refused.exitCode()).as(refused.err()).isNotZero();
        assertThat(refused.err()).startsWith("stele: ").doesNotContain("this should not have happened");
        forAll(directory, path -> Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--");
        assertThat(run("verify").exitCode()).isZero();
    }

    @Test
    void shouldSayWhichDirectoryMayNotBeRead() throws IOException, InterruptedException {
        for (Path closed : List.of(
                Stele.snapshotDirectory(directory),
                Stele.journalDirectory(directory).resolve("lane-1"),
                directory)) {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));

            for (String command : new String[] {"inspect", "verify", "show account/1", "export"}) {
                CliProcess refused = run(command.split(" ", -1));

                assertThat(refused.exitCode())
                        .as("closed=%s, command=%s, out=%s, err=%s", closed, command, refused.out(), refused.err())
                        .isEqualTo(closed.endsWith("snapshots") && command.equals("export") ? 0 : ExitCode.UNREACHABLE);
                if (refused.exitCode() != 0) {
                    assertThat(refused.err()).as(command).startsWith("stele: ").contains("[S20");
                }
            }
        }
    }
}
