package io.stele.benchmarks;

import io.stele.load.Measured;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two JVMs, one of which serves while the other one runs a load on it, both with the same flags.
 *
 * @param main the subject's main class
 * @param classPath what it runs on
 * @param flags for both, beside those of this JVM
 */
record RemoteChild(String main, String classPath, List<String> flags) {
    private static final String PEKKO = "io.stele.load.pekko.PekkoRemoteSubject";

    static RemoteChild stele() {
        return new RemoteChild(SteleRemoteSubject.class.getName(), System.getProperty("java.class.path"), List.of());
    }

    /** The same over TLS, with certificates that are made here. */
    static RemoteChild steleOverTls(Path directory) throws IOException, InterruptedException {
        BenchCertificates.write(directory, "server", "client");
        return new RemoteChild(
                SteleRemoteSubject.class.getName(),
                System.getProperty("java.class.path"),
                List.of("-Dstele.certificates=" + directory.toAbsolutePath()));
    }

    static RemoteChild pekko() {
        return new RemoteChild(
                PEKKO,
                LoadChild.pekkoJars().resolve("*").toString(),
                List.of("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")); // its version of Agrona needs it
    }

    /**
     * What a pair has found.
     *
     * @param sample of the one that ran the load
     * @param receiverBytesPerOp heap bytes that the other one allocated per message; NaN where that was not counted
     */
    record Outcome(Sample sample, double receiverBytesPerOp) {}

    /** Runs one load. */
    Outcome run(Bench bench, String load) throws IOException, InterruptedException {
        Process server = start(List.of("serve"));
        try {
            String port = await(server.inputReader(StandardCharsets.UTF_8), "listening ");
            Process client = start(List.of(
                    load, port, Integer.toString(bench.count(6_000, 200)), Integer.toString(bench.count(3_000, 200))));
            try {
                return outcome(client);
            } finally {
                end(client);
            }
        } finally {
            end(server);
        }
    }

    /**
     * Measures how long it takes to notice that the other side is gone.
     *
     * @param signal what it gets: {@code KILL} closes its connections, {@code STOP} leaves them half open
     */
    Sample notice(String signal) throws IOException, InterruptedException {
        Process server = start(List.of("serve"));
        try {
            String port = await(server.inputReader(StandardCharsets.UTF_8), "listening ");
            Process client = start(List.of("notice", port, "0", "0"));
            try {
                BufferedReader lines = client.inputReader(StandardCharsets.UTF_8);
                await(lines, "connected");
                stop(server, signal);
                say(client);
                return sample(lines).sample();
            } finally {
                end(client);
            }
        } finally {
            end(server);
        }
    }

    private static void stop(Process process, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    /** Tells the one that waits for it to begin. */
    private static void say(Process process) throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write('\n');
        }
    }

    private static void end(Process process) throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    private Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.startsWith("-X"))
                .forEach(command::add);
        command.addAll(List.of("-Xms1g", "-Xmx1g"));
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private String await(BufferedReader lines, String start) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(start)) {
                return line.substring(start.length());
            }
        }
        throw new IllegalStateException("child ended early: main=" + main + ", expected=" + start);
    }

    private Outcome outcome(Process client) throws IOException {
        return sample(client.inputReader(StandardCharsets.UTF_8));
    }

    private Outcome sample(BufferedReader lines) throws IOException {
        double receiver = Double.NaN;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("receiver ") && !line.endsWith("-")) {
                receiver = Double.parseDouble(line.substring("receiver ".length()));
            }
            @Nullable Measured measured = Measured.ofLine(line);
            if (measured != null) {
                Sample sample = new Sample(
                        measured.ops(), measured.elapsedNs(), measured.allocatedBytes(), measured.latencyNs(), null);
                return new Outcome(sample, receiver);
            }
        }
        throw new IllegalStateException("child ended without a figure: main=" + main);
    }
}
