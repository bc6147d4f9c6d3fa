package io.stele.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What some seeds of the simulations do, as one line: the same line on every JDK. */
final class Trace {
    private static final int SEEDS = 3;

    private Trace() {}

    /** Prints it. */
    public static void main(String[] args) {
        System.out.println(line());
    }

    static String line() {
        return "journal=" + SimulationCampaign.journal(1, SEEDS).total().traceHash + ", node="
                + SimulationCampaign.node(1, SEEDS).total().traceHash;
    }

    /** Returns the line as another JDK has it. */
    static String lineOf(Path java) throws IOException {
        Process process = new ProcessBuilder(
                        java.toString(),
                        "@" + Shell.jvmArguments(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Trace.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> lines;
        try (Stream<String> output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()) {
            lines = output.toList();
        }
        return Shell.await(process) == 0 && !lines.isEmpty() ? lines.get(lines.size() - 1) : "failed: " + lines;
    }

    /** Returns the java of another version, 17 or later, if one is installed where Linux has them. */
    static Optional<Path> otherJava() throws IOException {
        Path homes = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(homes)) {
            return Optional.empty();
        }
        try (Stream<Path> found = Files.list(homes)) {
            return found.sorted()
                    .filter(home -> isOther(home.resolve("release")))
                    .map(home -> home.resolve("bin/java"))
                    .filter(Files::isExecutable)
                    .findFirst();
        }
    }

    private static boolean isOther(Path release) {
        try {
            return Files.exists(release)
                    && Files.readAllLines(release).stream()
                            .filter(line -> line.startsWith("JAVA_VERSION=\""))
                            .map(line -> Integer.parseInt(line.substring(14).split("[.\"]", -1)[0]))
                            .anyMatch(version -> version >= 17
                                    && version != Runtime.version().feature());
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }
}
