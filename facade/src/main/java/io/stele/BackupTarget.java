package io.stele;

import io.stele.journal.JournalInspector;
import io.stele.snapshot.RocksStores;
import io.stele.spi.JournalException;
import io.stele.spi.JournalFullException;
import io.stele.spi.Presence;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a copy goes.
 *
 * @param earlier the journal of the newest backup beside it that has the same id; null if there is none
 * @param isOnOtherFileSystem whether it lies elsewhere than the source
 */
record BackupTarget(@Nullable Path earlier, boolean isOnOtherFileSystem) {

    /**
     * Makes the directory and looks whether it will do.
     *
     * @throws JournalException if it is not empty
     * @throws JournalFullException if there is less room than is needed; nothing was copied
     */
    static BackupTarget prepare(Path target, Path journal, Path snapshots, boolean sharing) throws IOException {
        UUID id = JournalInspector.open(journal).journalId();
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new JournalException("target must be a directory; nothing was copied: target=" + target);
        }
        Files.createDirectories(target);
        try (DirectoryStream<Path> found = Files.newDirectoryStream(target)) {
            for (Path file : found) {
                throw new JournalException(
                        "target is not empty; nothing was copied: target=" + target + ", found=" + file.getFileName());
            }
        }
        boolean other = !Files.getFileStore(journal).equals(Files.getFileStore(target));
        Path earlier = sharing && other ? earlier(target, id) : null;
        requireRoom(target, bytesToCopy(journal, sharing && !other, earlier) + bytesOf(snapshots, sharing && !other));
        return new BackupTarget(earlier, other);
    }

    /** Copies keys as they are. They are written slot by slot, later ones behind earlier ones, so one pass sees a state they had. */
    static void copyKeys(Path keys, Path target) throws IOException {
        if (!Presence.ofDirectory(keys)) {
            return;
        }
        Files.createDirectories(target);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(keys)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!name.equals("LOCK") && !name.endsWith(".next")) {
                    Path copy = target.resolve(file.getFileName());
                    Files.copy(file, copy);
                    force(copy);
                }
            }
        }
        force(target);
    }

    /** Copies a file, if it is there. */
    static void copyFile(Path file, Path copy) throws IOException {
        if (Presence.of(file)) {
            Files.copy(file, copy);
            force(copy);
        }
    }

    /** Makes the names of what was made survive a power cut. */
    static void forceNames(Path target) throws IOException {
        force(target);
        Path parent = target.toAbsolutePath().getParent();
        if (parent != null) {
            force(parent);
        }
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static @Nullable Path earlier(Path target, UUID id) throws IOException {
        Path set = target.toAbsolutePath().getParent();
        Path newest = null;
        FileTime newestAt = FileTime.fromMillis(0);
        if (set == null) {
            return null;
        }
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(set)) {
            for (Path sibling : siblings) {
                Path journal = Stele.journalDirectory(sibling);
                if (isOf(journal, id) && Files.getLastModifiedTime(journal).compareTo(newestAt) > 0) {
                    newest = journal;
                    newestAt = Files.getLastModifiedTime(journal);
                }
            }
        }
        return newest;
    }

    private static boolean isOf(Path journal, UUID id) {
        try {
            return Files.isDirectory(journal)
                    && JournalInspector.open(journal).journalId().equals(id);
        } catch (JournalException e) {
            return false; // no journal, or one that was not finished
        }
    }

    private static void requireRoom(Path target, long neededBytes) throws IOException {
        long usableBytes = Files.getFileStore(target).getUsableSpace();
        if (usableBytes < neededBytes) {
            throw new JournalFullException("target has too little room; nothing was copied: target=" + target
                    + ", neededBytes=" + neededBytes + ", usableBytes=" + usableBytes);
        }
    }

    /** Adds up what cannot be shared: the newest segment of each lane, at least. */
    private static long bytesToCopy(Path journal, boolean shared, @Nullable Path earlier) throws IOException {
        long bytes = 0;
        Map<Path, Long> newest = new HashMap<>();
        try (Stream<Path> files = Files.walk(journal, 2)) {
            for (Path file : files.filter(BackupTarget::isContent).sorted().toList()) {
                long size = Files.size(file);
                Path twin = earlier == null ? null : earlier.resolve(journal.relativize(file));
                if (twin == null || !Files.exists(twin) || Files.size(twin) != size) {
                    bytes += size;
                }
                Path lane = file.getParent();
                assert lane != null : "a segment lies in a lane";
                newest.put(lane, size);
            }
        }
        return shared ? newest.values().stream().mapToLong(Long::longValue).sum() : bytes;
    }

    private static boolean isContent(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".cq4") || name.endsWith(".carried");
    }

    private static long bytesOf(Path snapshots, boolean shared) throws IOException {
        long bytes = 0;
        if (!Presence.ofDirectory(snapshots)) {
            return 0;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(snapshots)) {
            for (Path file : files) {
                if (Files.isRegularFile(file)
                        && !(shared && RocksStores.isUnchangeable(String.valueOf(file.getFileName())))) {
                    bytes += sizeOrZero(file);
                }
            }
        }
        return bytes;
    }

    private static long sizeOrZero(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0; // a running system has removed it meanwhile
        }
    }
}
