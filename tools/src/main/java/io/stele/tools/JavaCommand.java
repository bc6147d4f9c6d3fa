package io.stele.tools;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to start another JVM like this one: the same Java, flags and class path. */
final class JavaCommand {
    /** Flags that belong to this process alone: its place on screen, its debugger, the collector for a short life. */
    private static final List<String> OWN_FLAGS = List.of(
            "-Dstele.",
            "-agentlib:",
            "-javaagent:",
            "-XX:+UseSerialGC",
            "-XX:SharedArchiveFile",
            "-Xshare",
            "-XX:TieredStopAtLevel",
            "-Xlog");

    private JavaCommand() {}

    /** Returns the command line that runs {@code mainClass}. */
    static List<String> of(Class<?> mainClass, String... arguments) {
        List<String> command = new ArrayList<>(flags());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Returns a command line so far: the same Java and its flags. */
    static List<String> flags() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (OWN_FLAGS.stream().noneMatch(flag::startsWith)) {
                command.add(flag);
            }
        }
        return command;
    }
}
