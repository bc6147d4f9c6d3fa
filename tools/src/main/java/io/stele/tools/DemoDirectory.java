package io.stele.tools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of a demo, which starts empty. A directory that an earlier demo has made, and marked as its own, is emptied;
 * any other that holds something is refused.
 *
 * <pre>
 *   stele-data/
 *     demo.marker    says who made this; locked while a demo runs
 *     bank.log       what the bank's process had to say
 *     …              the bank's data
 * </pre>
 */
final class DemoDirectory implements AutoCloseable {
    private static final String MARKER = "demo.marker";
    private static final String MARKER_TEXT =
            "Made by `stele demo`, which deletes everything in this directory when it starts again.\n";

    private final Path directory;
    private final FileChannel marker;

    private DemoDirectory(Path directory, FileChannel marker) {
        this.directory = directory;
        this.marker = marker;
    }

    /**
     * Takes {@code directory} for a demo, empty but for the marker.
     *
     * @throws CommandFailure if it holds anything that no demo made, or if another demo runs in it; nothing was deleted
     */
    static DemoDirectory take(Path directory) {
        try {
            requireOwn(directory);
            Files.createDirectories(directory);
            FileChannel marker =
                    FileChannel.open(directory.resolve(MARKER), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(marker);
            if (lock == null) {
                marker.close();
                throw new CommandFailure(
                        ErrorCode.IN_USE,
                        "another demo is running in this directory; nothing was deleted: directory=" + directory
                                + "; choose another with --data-dir");
            }
            // Through the locked channel: closing any other channel of this file would give the lock away.
            marker.truncate(0).write(ByteBuffer.wrap(MARKER_TEXT.getBytes(StandardCharsets.UTF_8)), 0);
            empty(directory);
            return new DemoDirectory(directory, marker);
        } catch (IOException e) {
            throw new CommandFailure(
                    ErrorCode.UNWRITABLE, "directory cannot be used: directory=" + directory + ", reason=" + e, e);
        }
    }

    Path directory() {
        return directory;
    }

    Path log() {
        return directory.resolve("bank.log");
    }

    /** Whether a demo made {@code directory}. */
    static boolean isDemo(Path directory) {
        try {
            Path marker = directory.resolve(MARKER);
            return Files.isRegularFile(marker) && Files.readString(marker).equals(MARKER_TEXT);
        } catch (IOException e) {
            return false;
        }
    }

    private static void requireOwn(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        if (!Files.isDirectory(directory)) {
            throw new CommandFailure(ErrorCode.NOT_OURS, "data directory is a file: directory=" + directory);
        }
        try (Stream<Path> files = Files.list(directory)) {
            boolean isEmpty = files.allMatch(file -> file.endsWith(MARKER));
            if (!isEmpty && !isDemo(directory)) {
                throw new CommandFailure(
                        ErrorCode.NOT_OURS,
                        "directory holds something that no demo made, so nothing was deleted: directory=" + directory
                                + "; choose another with --data-dir");
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel marker) throws IOException {
        try {
            return marker.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static void empty(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.equals(directory.resolve(MARKER))) {
                    Files.delete(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (!visited.equals(directory)) {
                    Files.delete(visited);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() {
        try {
            marker.close();
        } catch (IOException e) {
            throw new CommandFailure(
                    ErrorCode.UNWRITABLE, "marker cannot be closed: directory=" + directory + ", reason=" + e, e);
        }
    }
}
