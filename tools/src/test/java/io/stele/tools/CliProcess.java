package io.stele.tools;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What one run of the command line in a process of its own has left.
 *
 * @param exitCode how it ended
 * @param out all that it wrote to stdout
 * @param err all that it wrote to stderr
 */
record CliProcess(int exitCode, String out, String err) {
    private static final long TIMEOUT_S = 120;

    /** Runs {@code stele} with {@code args} in {@code workDirectory}, as the launcher would without a terminal. */
    static CliProcess run(Path workDirectory, String... args) throws IOException, InterruptedException {
        File out = Files.createTempFile(workDirectory, "cli", ".out").toFile();
        File err = Files.createTempFile(workDirectory, "cli", ".err").toFile();
        List<String> command = JavaCommand.of(Main.class, args);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(workDirectory.toFile())
                .redirectOutput(out)
                .redirectError(err);
        builder.environment().keySet().removeAll(List.of("STELE_DATA_DIR", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
        builder.environment().putAll(Map.of("LANG", "C.UTF-8"));
        Process process = builder.start();
        if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("command line does not end: args=" + List.of(args) + ", err=" + read(err));
        }
        return new CliProcess(process.exitValue(), read(out), read(err));
    }

    private static String read(File file) throws IOException {
        String text = Files.readString(file.toPath());
        Files.delete(file.toPath());
        return text;
    }
}
