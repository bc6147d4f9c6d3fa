package io.stele.maven;

import io.stele.tools.Main;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.jspecify.annotations.Nullable;

/**
 * The goal {@code stele:replay}: what {@code stele replay --jar} does, with the classes of a project. Runs it in a JVM of its own, with
 * the flags that it needs; reads the data directory, also while its owner runs, and changes nothing.
 *
 * <p>Confined to one thread. Takes as long as the command does, and memory for the first differences alone.
 */
public final class ReplayMojo extends AbstractMojo {
    private static final int FOUND_NOTHING = 0;
    private static final int FOUND_DIFFERENCE = 3;
    private static final int LOGGED_MAX = 20;

    @Nullable File dataDirectory;

    String sample = "100%";

    @Nullable File against;

    List<String> actorClasses = List.of();

    boolean skip;

    @Nullable File classesDirectory;

    List<String> classPath = List.of();

    /** What the command wrote. */
    private static final class Found {
        private final List<String> differences = new ArrayList<>();
        private String differing = "";
        private String speed = "";
        private String actors = "";
        private String uncompared = "";

        /** Takes one line: a key, and values behind tabs. */
        void add(String line) {
            String[] fields = line.split("\t", -1);
            String value = fields.length > 1 ? fields[1] : "";
            switch (fields[0]) {
                case "actors" -> actors = value;
                case "differing" -> differing = value;
                case "uncompared" -> uncompared = value;
                case "eventsPerSecond" -> speed = value;
                case "differences" -> {
                    if (differences.size() < LOGGED_MAX) {
                        differences.add(line.substring(line.indexOf('\t') + 1).replace("\t", ", "));
                    }
                }
                default -> {
                    // what a build does not need
                }
            }
        }
    }

    /**
     * Replays.
     *
     * @throws MojoFailureException if the code makes another state of history; the message names the first actor and number
     * @throws MojoExecutionException if it could not be found out
     */
    @Override
    public void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("replay is skipped");
            return;
        }
        List<String> command = command();
        try {
            Path errors = Files.createTempFile("stele-replay", ".err");
            try {
                run(command, errors);
            } finally {
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new MojoExecutionException("replay cannot be run: cause=" + e, e);
        }
    }

    private List<String> command() throws MojoExecutionException {
        File data = dataDirectory;
        if (data == null) {
            throw new MojoExecutionException("dataDirectory is not set; name one with -Dstele.dataDirectory=DIR");
        }
        File classes = classesDirectory;
        if (classes == null || !classes.isDirectory()) {
            throw new MojoExecutionException(
                    "project has no classes to replay with: directory=" + classes + "; compile it first");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.addAll(List.of(
                "-cp", ownClassPath() + logging(), Main.class.getName(), "replay", "-o", "plain", "--no-progress"));
        command.addAll(List.of("--data-dir", data.toString(), "--jar", classes.toString(), "--sample", sample));
        if (!classPath.isEmpty()) {
            command.addAll(List.of("--class-path", String.join(File.pathSeparator, classPath)));
        }
        File old = against;
        if (old != null) {
            command.addAll(List.of("--against", old.toString()));
        }
        actorClasses.forEach(name -> command.addAll(List.of("--actor-class", name)));
        return command;
    }

    private void run(List<String> command, Path errors)
            throws IOException, MojoExecutionException, MojoFailureException {
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        Found found = new Found();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(found::add);
            judge(process.waitFor(), found, errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MojoExecutionException("replay was interrupted", e);
        } finally {
            process.destroy();
        }
    }

    private void judge(int exitCode, Found found, Path errors)
            throws IOException, MojoExecutionException, MojoFailureException {
        if (exitCode == FOUND_DIFFERENCE && !found.differences.isEmpty()) {
            found.differences.forEach(difference -> getLog().error(difference));
            throw new MojoFailureException("the code of this project makes another state of history: actorsDiffering="
                    + found.differing + ", first: " + found.differences.get(0));
        }
        if (exitCode != FOUND_NOTHING) {
            throw new MojoExecutionException("history cannot be replayed: exitCode=" + exitCode + ", said="
                    + Files.readString(errors).strip());
        }
        if (!found.uncompared.equals("0") && found.uncompared.equals(found.actors)) {
            throw new MojoExecutionException(
                    "history has neither hashes nor snapshots to compare with, which proves nothing: actors="
                            + found.actors + "; name the jar with the code before this one as against");
        }
        getLog().info("the code makes the same of history: actors=" + found.actors + ", uncompared=" + found.uncompared
                + ", eventsPerSecond="
                + found.speed);
    }

    private static List<String> flags() throws MojoExecutionException {
        try (InputStream flags = ReplayMojo.class.getResourceAsStream("jvm.args")) {
            if (flags == null) {
                throw new MojoExecutionException("plugin is incomplete: missing=jvm.args");
            }
            return List.of(new String(flags.readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .split(" ", -1));
        } catch (IOException e) {
            throw new MojoExecutionException("plugin cannot be read: cause=" + e, e);
        }
    }

    /** Maven keeps its own slf4j and leaves out that of a plugin, so it is taken from the project, which has it from Stele. */
    private String logging() {
        return classPath.stream()
                .filter(element -> new File(element).getName().startsWith("slf4j-api-"))
                .map(element -> File.pathSeparator + element)
                .collect(Collectors.joining());
    }

    /** Returns where this plugin and all that it needs lie; Maven gives every plugin a loader of its own. */
    private static String ownClassPath() throws MojoExecutionException {
        if (!(ReplayMojo.class.getClassLoader() instanceof URLClassLoader loader)) {
            return System.getProperty("java.class.path");
        }
        List<String> path = new ArrayList<>();
        try {
            for (URL url : loader.getURLs()) {
                path.add(Path.of(url.toURI()).toString());
            }
        } catch (URISyntaxException e) {
            throw new MojoExecutionException("plugin lies in no file: cause=" + e, e);
        }
        return String.join(File.pathSeparator, path);
    }
}
