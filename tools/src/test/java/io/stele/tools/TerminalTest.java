package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as its users start it: by the launcher, in a pseudo-terminal, in pipes, and with Ctrl-C. */
class TerminalTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path ENV = Path.of("/usr/bin/env");
    private static final Path PYTHON = Path.of("/usr/bin/python3");
    private static final long TIMEOUT_S = 120;
    private static final int ATTEMPTS_MAX = 5;

    /** Runs a command in a terminal of its own, 100 columns wide, and gives it the answer that is its first argument. */
    private static final String PTY = """
            import fcntl, os, pty, struct, sys, termios
            pid, terminal = pty.fork()
            if pid == 0:
                os.execvp(sys.argv[2], sys.argv[2:])
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 100, 0, 0))
            os.write(terminal, sys.argv[1].encode())
            while True:
                try:
                    data = os.read(terminal, 65536)
                except OSError:
                    break
                if not data:
                    break
                os.write(1, data)
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """;

    @TempDir
    private Path temporary;

    private Path data;
    private Path launcher;

    @BeforeEach
    void write() throws IOException {
        data = temporary.resolve("data");
        launcher = checkout();
    }

    /** Makes what looks to the launcher like a checkout that is built: its classes are those of this test. */
    private Path checkout() throws IOException {
        Path root = Files.createDirectory(temporary.resolve("checkout"));
        Path copy = Files.copy(ROOT.resolve("stele"), root.resolve("stele"));
        assertThat(copy.toFile().setExecutable(true)).isTrue();
        Files.createDirectories(root.resolve("config"));
        Files.copy(ROOT.resolve("config/jvm.args"), root.resolve("config/jvm.args"));
        Files.writeString(root.resolve("pom.xml"), "");
        String script = Files.readString(copy);
        for (String module :
                script.replaceAll("(?s).*\nmodules=\"([^\"]*)\".*", "$1").split(" ", -1)) {
            Files.createDirectories(root.resolve(module).resolve("src/main"));
            Files.writeString(root.resolve(module).resolve("pom.xml"), "");
        }
        Path target = Files.createDirectories(root.resolve("tools/target/lib")).resolveSibling("");
        Files.writeString(target.resolve("stele-tools-0.jar"), "");
        Files.writeString(target.resolve("stele-build.stamp"), "");
        assertThat(target.toFile().setWritable(false))
                .isTrue(); // root may write all the same, and then an archive is tried
        return copy;
    }

    private Process start(File out, File err, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out).redirectError(err);
        builder.environment()
                .keySet()
                .removeAll(List.of("STELE_DATA_DIR", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "NO_COLOR", "COLUMNS"));
        builder.environment().put("LANG", "C.UTF-8");
        builder.environment().put("TERM", "xterm");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("STELE_CLASS_PATH", System.getProperty("java.class.path"));
        builder.environment().put("LAUNCHER", launcher.toString());
        builder.environment().put("DATA", data.toString());
        return builder.start();
    }

    private CliProcess run(String... command) throws IOException, InterruptedException {
        File out = temporary.resolve("out").toFile();
        File err = temporary.resolve("err").toFile();
        Process process = start(out, err, List.of(command));
        if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("does not end: " + List.of(command) + ", err=" + Files.readString(err.toPath()));
        }
        return new CliProcess(process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
    }

    private CliProcess inTerminal(String answer, String... args) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PYTHON));
        List<String> command = new ArrayList<>(List.of(PYTHON.toString(), "-c", PTY, answer, launcher.toString()));
        command.addAll(List.of(args));
        command.addAll(List.of("--data-dir", data.toString()));
        return run(command.toArray(String[]::new));
    }

    @Test
    void shouldDrawTablesInColourOnATerminalAlone() throws IOException, InterruptedException {
        History.write(data);

        CliProcess seen = inTerminal("", "inspect");
        assertThat(seen.exitCode()).as(seen.out() + seen.err()).isZero();
        assertThat(seen.out()).contains("\u001b[", "account").doesNotContain("healthy\ttrue");

        CliProcess piped = run(launcher.toString(), "inspect", "--data-dir", data.toString());
        assertThat(piped.exitCode()).as(piped.err()).isZero();
        assertThat(piped.out()).contains("healthy\ttrue").doesNotContain("\u001b");
    }

    @Test
    void shouldHonourNoColorOnATerminal() throws IOException, InterruptedException {
        History.write(data);
        assumeTrue(Files.isExecutable(PYTHON));

        CliProcess seen = run(
                ENV.toString(),
                "NO_COLOR=1",
                PYTHON.toString(),
                "-c",
                PTY,
                "",
                launcher.toString(),
                "events",
                "account/2",
                "--data-dir",
                data.toString());

        assertThat(seen.exitCode()).as(seen.out() + seen.err()).isZero();
        // neither its own colours nor those that a hostile event brings along
        assertThat(seen.out()).contains("bob\\u001b[31m").doesNotContain("\u001b[3", "\u001b[1");
    }

    @Test
    void shouldAskOnATerminalAndTakeTheAnswer() throws IOException, InterruptedException {
        History.write(data);

        CliProcess refused = inTerminal("no\n", "release", "account/1", "--execute");
        assertThat(refused.exitCode()).as(refused.out()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.out()).contains("Type account/1 to go on: ", "nothing was changed");

        CliProcess done = inTerminal("account/1\n", "release", "account/1", "--execute");
        assertThat(done.exitCode()).as(done.out()).isZero();
        assertThat(done.out()).contains("is under no legal hold now");
    }

    @Test
    void shouldBeQuietIfNobodyReadsOn() throws IOException, InterruptedException {
        writeMany(50_000);

        CliProcess done =
                run("/bin/sh", "-c", "{ \"$LAUNCHER\" events --all -d \"$DATA\"; echo \"code $?\" >&2; } | head -n 1");

        assertThat(done.exitCode()).isZero();
        assertThat(done.out().lines()).hasSize(1);
        assertThat(done.err()).isEqualTo("code 0\n");
    }

    @Test
    void shouldLeaveNoHalfOfAnExportAfterCtrlC() throws IOException, InterruptedException {
        interrupt("export", "--out", "half.jsonl", "half.jsonl.unfinished");
    }

    @Test
    void shouldLeaveNoHalfOfABackupAfterCtrlC() throws IOException, InterruptedException {
        interrupt("backup", "--to", "half", "half");
    }

    /** Interrupts a command as soon as the file is there that it works on, and looks whether anything of it is left. */
    private void interrupt(String command, String option, String target, String sign)
            throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(ENV)
                && run(ENV.toString(), "--default-signal=INT", "true").exitCode() == 0);
        writeMany(300_000);
        Path places = Files.createDirectory(temporary.resolve("places"));
        File out = temporary.resolve("out").toFile();
        File err = temporary.resolve("err").toFile();
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            Path place = Files.createDirectory(places.resolve(Integer.toString(attempt)));
            Process process = start(
                    out,
                    err,
                    List.of(
                            ENV.toString(),
                            "--default-signal=INT",
                            launcher.toString(),
                            command,
                            option,
                            place.resolve(target).toString(),
                            "-d",
                            data.toString()));
            while (process.isAlive() && !Files.exists(place.resolve(sign))) {
                Thread.onSpinWait();
            }
            int unused = new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
            if (process.exitValue() == ExitCode.INTERRUPTED) {
                assertThat(Files.readString(err.toPath())).contains("stele: interrupted; nothing is half done [S901]");
                try (var left = Files.list(place)) {
                    assertThat(left).isEmpty();
                }
                return;
            }
            // it was done before the signal came
            assertThat(process.exitValue()).as(Files.readString(err.toPath())).isZero();
        }
        throw new AssertionError("was done before each of so many signals: attempts=" + ATTEMPTS_MAX);
    }

    private void writeMany(int events) {
        History.writeMany(data, events);
    }
}
