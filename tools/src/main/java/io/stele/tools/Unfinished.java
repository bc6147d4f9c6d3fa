package io.stele.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
    private static final int ROUNDS_MAX = 100;
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
        List<String> left = new ArrayList<>();
        for (Path file : FILES) {
            if (!isDeleted(file)) {
                left.add(SafeText.of(file.toString()));
            }
        }
        String line = console.errIsTerminal() ? "\r\u001b[K" : "";
        String sentence =
                left.isEmpty() ? "nothing is half done" : "what is half done has to be deleted: files=" + left;
        console.err().println(line + "stele: interrupted; " + sentence + " [" + ErrorCode.INTERRUPTED.code() + "]");
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

    /** Takes a directory, which is absent or empty, for one that is incomplete until it is {@link #complete}. */
    static void own(Path directory) {
        FILES.add(directory);
    }

    /** Leaves a directory as it is. */
    static void complete(Path directory) {
        FILES.remove(directory);
    }

    /** Gives a complete file its name. */
    static void finish(Path file, Path target) throws IOException {
        Files.move(file, target);
        FILES.remove(file);
    }

    /** Removes what will not be completed. */
    static void abandon(Path file) {
        boolean unused = isDeleted(file); // if not, its name says that it is not complete
        FILES.remove(file);
    }

    /** Of a directory everything goes: it was made by this process. Whoever still writes into it may need more than one round. */
    private static boolean isDeleted(Path file) {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            try (Stream<Path> found = Files.exists(file) ? Files.walk(file) : Stream.empty()) {
                for (Path one : found.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(one);
                }
                return true;
            } catch (IOException | UncheckedIOException e) {
                assert file != null;
            }
        }
        return false;
    }
}
