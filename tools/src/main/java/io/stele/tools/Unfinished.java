package io.stele.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Files that are being written and would be half done if the process ended now: Ctrl-C removes them. Any thread.
 *
 * <p>A file gets its name when it is complete, so that even a kill leaves nothing but one that ends in {@code .unfinished}.
 */
final class Unfinished {
    private static final Set<Path> FILES = ConcurrentHashMap.newKeySet();
    private static final AtomicBoolean ENDED = new AtomicBoolean();

    private Unfinished() {}

    /** Makes an interrupt clean up, and say that it did. */
    static void onInterrupt(Console console) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> clean(console), "stele-interrupt"));
    }

    private static void clean(Console console) {
        if (ENDED.get()) {
            return;
        }
        for (Path file : FILES) {
            delete(file);
        }
        String line = console.errIsTerminal() ? "\r\u001b[K" : "";
        console.err().println(line + "stele: interrupted; nothing is half done [" + ErrorCode.INTERRUPTED.code() + "]");
        console.err().flush();
    }

    /** Says that the process ends on its own. */
    static void end() {
        ENDED.set(true);
    }

    /** Returns a name to write {@code target} under until it is complete. */
    static Path begin(Path target) {
        Path file = target.resolveSibling(target.getFileName() + ".unfinished");
        FILES.add(file);
        return file;
    }

    /** Gives a complete file its name. */
    static void finish(Path file, Path target) throws IOException {
        Files.move(file, target);
        FILES.remove(file);
    }

    /** Removes what will not be completed. */
    static void abandon(Path file) {
        delete(file);
        FILES.remove(file);
    }

    /** Of a directory everything goes: it was made by this process, under a name that nobody else has. */
    private static void delete(Path file) {
        try (Stream<Path> found = Files.exists(file) ? Files.walk(file) : Stream.empty()) {
            for (Path one : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        } catch (IOException e) {
            // its name says that it is not complete
            assert file != null;
        }
    }
}
