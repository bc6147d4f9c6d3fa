package io.stele.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A {@link Node} in a process of its own. */
final class NodeProcess {
    private final Process process;
    private final Writer input;
    private final BufferedReader output;

    private NodeProcess(Process process) {
        this.process = process;
        input = process.outputWriter(StandardCharsets.UTF_8);
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts a node.
     *
     * @param prefix what the command line starts with, for instance {@code unshare}; may be empty
     */
    static NodeProcess start(Path directory, List<String> prefix) throws IOException {
        return start(directory, prefix, Node.class);
    }

    /** Starts another kind of node. */
    static NodeProcess start(Path directory, List<String> prefix, Class<?> kind) throws IOException {
        return start(directory, prefix, List.of("-XX:TieredStopAtLevel=1"), kind, List.of());
    }

    /** Starts another kind of node, with code as well compiled as it gets, and arguments behind the directory. */
    static NodeProcess startCompiled(Path directory, Class<?> kind, List<String> arguments) throws IOException {
        return start(directory, List.of(), List.of(), kind, arguments);
    }

    private static NodeProcess start(
            Path directory, List<String> prefix, List<String> flags, Class<?> kind, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("@" + Path.of("../config/jvm.args").toRealPath(), "-Xmx256m", "-XX:-UsePerfData"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), kind.getName(), directory.toString()));
        command.addAll(arguments);
        return new NodeProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Returns the next line that it prints; null once it is gone. */
    String readLine() {
        try {
            String line = output.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            return "";
        }
    }

    /** Sends a line; lost if the process is gone. */
    void send(String line) {
        try {
            input.write(line + "\n");
            input.flush();
        } catch (IOException e) {
            assertGone();
        }
    }

    private void assertGone() {
        if (process.isAlive()) {
            process.destroyForcibly();
        }
    }

    /** Kills it with SIGKILL, its children too, then hands every line that it still printed to {@code rest}. */
    void kill(Consumer<String> rest) {
        List<ProcessHandle> children = process.descendants().toList();
        children.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
            children.forEach(child -> child.onExit().join());
            output.lines().forEach(rest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UncheckedIOException e) {
            rest.accept("");
        }
    }

    /** Asks it to end, with SIGTERM, hands every line that it still prints to {@code rest}, and returns how it ended. */
    int terminate(Consumer<String> rest) throws InterruptedException {
        process.toHandle().destroy(); // Process.destroy would close its output as well
        output.lines().forEach(rest);
        return process.waitFor();
    }

    /** Ends its input, so that it closes in good order. */
    int finish() throws Exception {
        input.close();
        output.lines().forEach(line -> {});
        return process.waitFor();
    }

    long pid() {
        return process.pid();
    }
}
