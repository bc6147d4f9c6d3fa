package io.stele.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Has Jazzer look for inputs that reach new code, target by target, each in a process of its own with 256 MiB. An exception that is not
 * declared, an input that takes more than a second of processor time, and memory that runs out end it.
 */
final class FuzzCampaign {
    private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");
    private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+) ft: (\\d+)");
    private static final int FINDING = 77;
    private static final int LAST_LINES = 60;
    private static final int SEED_BYTES_MAX = 300;
    private static final int CORPUS_BYTES_MAX = 6_000;

    private FuzzCampaign() {}

    /**
     * What came of one target.
     *
     * @param executions how many inputs were tried
     * @param edges how many edges of the code they reached
     */
    record Result(String target, long executions, long edges) {}

    /**
     * Fuzzes some targets one after the other.
     *
     * @param only one of them, or null for all
     * @param kept where inputs are kept that reached something new, a file for each target; null to keep none
     * @throws AssertionError with the input, in base64, if one was found that must not be
     */
    static List<Result> run(Path root, int seconds, @Nullable String only, @Nullable Path kept) throws IOException {
        List<String> names = only == null
                ? List.copyOf(FuzzTargets.all(root.resolve("names")).keySet())
                : List.of(only);
        requireJazzer();
        List<Result> results = new ArrayList<>();
        Progress progress = Progress.of("fuzz", names.size());
        for (String name : names) {
            results.add(one(root.resolve(name), name, seconds, kept));
            progress.step();
        }
        return results;
    }

    private static void requireJazzer() {
        try {
            Class.forName(JAZZER, false, FuzzCampaign.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new NotPossibleException("needs Jazzer on the class path");
        }
    }

    private static Result one(Path root, String name, int seconds, @Nullable Path kept) throws IOException {
        Path corpus = Files.createDirectories(root.resolve("corpus"));
        FuzzTargets.Target target = FuzzTargets.all(root.resolve("seeds")).get(name);
        if (target == null) {
            throw new IllegalArgumentException("no such target: target=" + name);
        }
        int number = 0;
        for (byte[] seed : target.seeds()) {
            Files.write(corpus.resolve("seed-" + number++), seed);
        }
        for (byte[] seed : kept(name)) {
            Files.write(corpus.resolve("kept-" + number++), seed);
        }
        Process process = new ProcessBuilder(command(root, name, seconds, corpus))
                .redirectErrorStream(true)
                .start();
        Map<String, Long> facts = new TreeMap<>();
        Deque<String> last = new ArrayDeque<>();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                last.add(line);
                if (last.size() > LAST_LINES) {
                    last.remove();
                }
                find(EXECUTED, line, "executions", facts);
                find(COVERAGE, line, "edges", facts);
            }
        }
        int status = Shell.await(process);
        if (status == FINDING) {
            throw new AssertionError("target " + name + ": " + found(root) + "\n" + String.join("\n", last));
        }
        long executions = facts.getOrDefault("executions", 0L);
        if (status != 0 || executions == 0) {
            throw new IllegalStateException(
                    "fuzzer has failed: target=" + name + ", exitCode=" + status + "\n" + String.join("\n", last));
        }
        if (kept != null) {
            keep(corpus, kept.resolve(name + ".txt"));
        }
        return new Result(name, executions, facts.getOrDefault("edges", 0L));
    }

    private static void find(Pattern pattern, String line, String name, Map<String, Long> facts) {
        Matcher matcher = pattern.matcher(line);
        if (matcher.find()) {
            facts.put(name, Long.parseLong(matcher.group(1)));
        }
    }

    private static List<String> command(Path root, String name, int seconds, Path corpus) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "@" + Shell.jvmArguments(),
                "-Xmx256m",
                "-XX:-ExitOnOutOfMemoryError", // the fuzzer tells which input it was
                "-XX:-UsePerfData",
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                System.getProperty("java.class.path"),
                JAZZER,
                "--target_class=" + FuzzMain.class.getName(),
                "--target_args=" + name + " " + root.resolve("work"),
                "--instrumentation_includes=io.stele.**",
                "--custom_hook_includes=io.stele.**",
                "--reproducer_path=" + root,
                "-max_total_time=" + seconds,
                "-timeout=30",
                "-rss_limit_mb=0",
                "-max_len=4096",
                "-len_control=0",
                "-print_final_stats=1",
                "-artifact_prefix=" + root + "/found-",
                corpus.toString()));
        return command;
    }

    private static String found(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            for (Path file : files.filter(path -> (path.getFileName() + "").startsWith("found-"))
                    .toList()) {
                return "input=" + Base64.getEncoder().encodeToString(Files.readAllBytes(file));
            }
        }
        return "no input was left";
    }

    /** Keeps small inputs that reached something new, some kilobytes in all. */
    private static void keep(Path corpus, Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        int bytes = 0;
        try (Stream<Path> files = Files.list(corpus)) {
            for (Path input : files.filter(path -> !(path.getFileName() + "").contains("-"))
                    .sorted()
                    .toList()) {
                if (Files.size(input) <= SEED_BYTES_MAX && bytes < CORPUS_BYTES_MAX) {
                    String line = Base64.getEncoder().encodeToString(Files.readAllBytes(input));
                    bytes += line.length() + 1;
                    lines.add(line);
                }
            }
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, lines);
    }

    /** Returns the inputs that earlier runs have left in the sources. */
    static List<byte[]> kept(String name) throws IOException {
        var resource = FuzzCampaign.class.getResource("/fuzz/" + name + ".txt");
        if (resource == null) {
            return List.of();
        }
        try {
            return Files.readAllLines(Path.of(resource.toURI())).stream()
                    .filter(line -> !line.isBlank())
                    .map(Base64.getDecoder()::decode)
                    .toList();
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
