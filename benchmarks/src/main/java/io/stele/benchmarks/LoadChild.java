package io.stele.benchmarks;

import io.stele.load.Measured;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM that runs one load on one subject, all of them with the same flags.
 *
 * @param main the subject's main class
 * @param classPath what it runs on
 */
record LoadChild(String main, String classPath) {
    private static final String PEKKO = "io.stele.load.pekko.PekkoSubject";

    static LoadChild stele() {
        return new LoadChild(SteleSubject.class.getName(), System.getProperty("java.class.path"));
    }

    static LoadChild raw() {
        return new LoadChild(RawMailbox.class.getName(), System.getProperty("java.class.path"));
    }

    static LoadChild rawDisk() {
        return new LoadChild(RawDisk.class.getName(), System.getProperty("java.class.path"));
    }

    /** Pekko, in the jars that its module was packaged into. Never on the class path of anything of ours. */
    static LoadChild pekko() {
        return new LoadChild(PEKKO, pekkoJars().resolve("*").toString());
    }

    /** Returns whether Pekko's module has been packaged. */
    static boolean hasPekko() {
        return Files.isDirectory(pekkoJars());
    }

    static Path pekkoJars() {
        return Path.of(System.getProperty("stele.pekko", "benchmarks-pekko/target/jars"));
    }

    /** Runs one load in a new JVM. */
    Sample run(Bench bench, String load) throws IOException, InterruptedException {
        Path directory = bench.fresh("load");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.startsWith("-X"))
                .forEach(command::add);
        int heapMb = bench.count(load.startsWith("recover") ? 4_096 : 2_048, 256);
        command.addAll(List.of("-Xms" + heapMb + "m", "-Xmx" + heapMb + "m", "-XX:+AlwaysPreTouch"));
        command.addAll(List.of("-cp", classPath, main, sized(bench, load)));
        command.addAll(List.of(
                Integer.toString(bench.count(4_000, 50)),
                Integer.toString(bench.count(2_000, 50)),
                directory.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            return sample(lines, load);
        } finally {
            process.destroy();
            process.waitFor();
            Bench.delete(directory);
        }
    }

    /** Whoever only wants to see that it runs does not want to store a million events for that. */
    private static String sized(Bench bench, String load) {
        String[] words = load.split("-", -1);
        if (!words[0].equals("recover")) {
            return load;
        }
        int actors = Integer.parseInt(words[1]);
        int events = Integer.parseInt(words[2]);
        return "recover-" + bench.count(actors, Math.min(actors, 20)) + "-" + bench.count(events, Math.min(events, 50));
    }

    private Sample sample(BufferedReader lines, String load) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Measured measured = Measured.ofLine(line);
            if (measured != null) {
                return new Sample(
                        measured.ops(), measured.elapsedNs(), measured.allocatedBytes(), measured.latencyNs(), null);
            }
        }
        throw new IllegalStateException("child ended without a figure: main=" + main + ", load=" + load);
    }
}
