package io.stele.journal;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts JVMs with the class path of this one. */
final class ChildJvm {
    private static final Path OTHER_JDK = Path.of("/usr/lib/jvm/temurin-25-jdk-amd64/bin/java");

    private ChildJvm() {}

    /** Returns the command of a JVM like this one, with the flags that the journal needs. */
    static List<String> command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(java()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(ChildJvm::isFlag)
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Returns the command of a JVM without any flag. */
    static List<String> bareCommand(String java, Class<?> main, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(java, "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Returns this JVM's launcher, and that of another version where there is one. */
    static List<String> launchers() {
        return Files.exists(OTHER_JDK) ? List.of(java(), OTHER_JDK.toString()) : List.of(java());
    }

    /** Runs a command to its end and returns everything that it printed. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("child did not end: " + command);
        }
        return output;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static boolean isFlag(String argument) {
        return argument.startsWith("--add-")
                || argument.startsWith("--enable-native")
                || argument.startsWith("--sun-misc")
                || argument.startsWith("-XX:+IgnoreUnrecognized");
    }
}
