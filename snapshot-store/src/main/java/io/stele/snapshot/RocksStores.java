package io.stele.snapshot;

import io.stele.spi.Presence;
import io.stele.spi.SnapshotException;
import io.stele.spi.SteleException;
import io.stele.spi.UnreadableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One RocksDB directory that holds both snapshots and the index.
 *
 * <p>Neither is the truth: the directory may be moved away while it is closed, and recovery replays from the journal.
 *
 * <h2>Threads</h2>
 * Any thread may call any method at any time. Each of the two stores may be closed on its own; the directory is given back
 * with the second.
 *
 * <h2>After a crash</h2>
 * RocksDB's log may end in the middle of a change: that change was never acknowledged, and is dropped. A log that is damaged
 * in any other way is reported with a warning and read as far as its checksums hold; what it loses are snapshots that were
 * not flushed. Everything else that is damaged is left as it is, and opening throws.
 */
public final class RocksStores implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RocksStores.class);
    private static final String CURRENT = "CURRENT";
    private static final int READ_ONLY_ATTEMPT_COUNT_MAX = 20;

    private final RocksDatabase database;
    private final RocksSnapshotStore snapshots;
    private final RocksIndexStore index;

    private RocksStores(RocksDatabase database) {
        this.database = database;
        this.snapshots = new RocksSnapshotStore(database);
        this.index = new RocksIndexStore(database);
    }

    /**
     * Opens a directory for reading and writing, and creates it if it is absent. Takes about 10 ms, and some 150 ms more for
     * the first in a process.
     *
     * @throws SnapshotException if another process or another opening owns the directory, if it is damaged, or if it may not
     *     be read and written; no stored snapshot was changed
     */
    public static RocksStores open(SnapshotStoreOptions options) {
        Path directory = options.directory();
        try {
            Files.createDirectories(directory);
            requireCurrent(directory);
        } catch (IOException e) {
            throw new SnapshotException(
                    "snapshot directory cannot be used: directory=" + directory + ", reason=" + e
                            + "; nothing was changed",
                    e);
        }
        try {
            return new RocksStores(openPastDamagedLog(options, false));
        } catch (RocksDBException e) {
            throw refusal(directory, e);
        }
    }

    /**
     * Opens what is there now for reading, while another process may be writing. Needs no permission to write, creates no
     * file in the directory, and does not see what is written later. Saves, prunes and commits throw.
     *
     * <p>Sees every snapshot that was saved, but of the index only what has been flushed.
     *
     * @throws SnapshotException if there is nothing to open, or it is damaged, or may not be read, or a writer changes it all
     *     the time; nothing was changed
     */
    public static RocksStores openReadOnly(SnapshotStoreOptions options) {
        Path directory = options.directory();
        requireReadable(directory);
        for (int attempt = 1; attempt <= READ_ONLY_ATTEMPT_COUNT_MAX; attempt++) {
            Set<String> before = roots(directory);
            RocksDatabase database = tryReadOnly(options, attempt == READ_ONLY_ATTEMPT_COUNT_MAX);
            if (database != null && !before.isEmpty() && before.equals(roots(directory))) {
                return new RocksStores(database);
            }
            if (database != null) {
                new RocksStores(database).close();
            }
        }
        throw new SnapshotException("snapshot directory changes faster than it can be opened: directory=" + directory
                + ", attemptCount=" + READ_ONLY_ATTEMPT_COUNT_MAX + "; nothing was changed; try again");
    }

    /** Returns null if it failed and this is not the last attempt: the writer may have removed a file as we came to it. */
    private static @Nullable RocksDatabase tryReadOnly(SnapshotStoreOptions options, boolean isLast) {
        try {
            return openPastDamagedLog(options, true);
        } catch (RocksDBException e) {
            if (isLast) {
                throw refusal(options.directory(), e);
            }
            return null;
        }
    }

    /**
     * Returns what a flush of a live writer changes. RocksDB reads the manifest first and the logs later: when a flush comes
     * between, the log is gone and the table that took its place is not known yet, so the view would lack what is in it.
     *
     * @return empty if they could not be listed
     */
    private static Set<String> roots(Path directory) {
        Set<String> roots = new HashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "{CURRENT,MANIFEST-*,*.log}")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                roots.add(name.startsWith("MANIFEST") ? name + "=" + Files.size(file) : name);
            }
            return roots;
        } catch (IOException | DirectoryIteratorException e) {
            return Set.of(); // a file went away, or the directory may not be listed
        }
    }

    /**
     * Returns whether there are any in a directory. One system call.
     *
     * @throws UnreadableException if that cannot be told; then they must not be taken for absent
     */
    public static boolean isAt(Path directory) {
        return Presence.of(directory.resolve(CURRENT));
    }

    /** Returns where both live. */
    public Path directory() {
        return database.options().directory();
    }

    /**
     * Copies both as they are now to a directory of their own, while they are used. Table files never change, so on one file system
     * they are shared; elsewhere they are copied. Takes a flush, and no longer than that on one file system.
     *
     * @param target absent; its parent exists
     * @throws SnapshotException if it could not be written; what was made of it may be deleted
     */
    public void copyTo(Path target) {
        try {
            database.checkpoint(target);
        } catch (RocksDBException e) {
            throw notCopied(directory(), target, e);
        }
    }

    /**
     * Copies the directory of stores that nobody has open, and nobody opens meanwhile; that is for the caller to see to. Changes
     * nothing in it.
     *
     * @param target absent; its parent exists
     * @param sharing whether table files may be shared
     * @throws SnapshotException if it could not be written; what was made of it may be deleted
     */
    public static void copy(Path directory, Path target, boolean sharing) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            Files.createDirectory(target);
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (Files.isRegularFile(file) && !name.startsWith("LOG") && !name.equals("LOCK")) {
                    copyFile(file, target.resolve(name), sharing && isUnchangeable(name));
                }
            }
            force(target);
        } catch (IOException | DirectoryIteratorException e) {
            throw notCopied(directory, target, e);
        }
    }

    /** Returns whether a file of that name is never written again once it is there. */
    public static boolean isUnchangeable(String name) {
        return name.endsWith(".sst");
    }

    private static void copyFile(Path file, Path copy, boolean shared) throws IOException {
        if (shared) {
            try {
                Files.createLink(copy, file);
                return;
            } catch (FileSystemException | UnsupportedOperationException e) {
                LOG.debug("file cannot be shared and is copied: file={}, reason={}", file, e.toString());
            }
        }
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
        force(copy);
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static SnapshotException notCopied(Path directory, Path target, Exception cause) {
        return new SnapshotException(
                "snapshots could not be copied; they were not changed: directory=" + directory + ", target=" + target
                        + ", reason=" + cause.getMessage(),
                cause);
    }

    /** Returns the snapshots. */
    public RocksSnapshotStore snapshots() {
        return snapshots;
    }

    /** Returns the index. */
    public RocksIndexStore index() {
        return index;
    }

    /** Flushes and closes both. Closing twice does nothing. */
    @Override
    public void close() {
        try {
            index.close();
        } finally {
            snapshots.close();
        }
    }

    /**
     * Reads the log strictly, so that no damage goes unnoticed, and only then leniently. Every snapshot carries its own
     * checksum, so one can be taken from behind a damaged one.
     */
    private static RocksDatabase openPastDamagedLog(SnapshotStoreOptions options, boolean readOnly)
            throws RocksDBException {
        try {
            return RocksDatabase.open(options, readOnly, WALRecoveryMode.TolerateCorruptedTailRecords);
        } catch (RocksDBException e) {
            if (!isCorruption(e)) {
                throw e;
            }
            RocksDatabase database = RocksDatabase.open(options, readOnly, WALRecoveryMode.SkipAnyCorruptedRecords);
            LOG.warn(
                    "log of the snapshot store is damaged, snapshots since the last flush may be missing: directory={},"
                            + " reason={}; no event is lost by that",
                    options.directory(),
                    e.getMessage());
            return database;
        }
    }

    /** Refuses a directory that lost its root: RocksDB would start an empty one in it and remove the rest. */
    private static void requireCurrent(Path directory) throws IOException {
        if (isAt(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            if (files.anyMatch(file -> file.toString().endsWith(".sst"))) {
                throw damaged(directory, "file CURRENT is missing", null);
            }
        }
    }

    /** Asked first, because RocksDB would create the directory. */
    private static void requireReadable(Path directory) {
        if (!isAt(directory)) {
            throw new SnapshotException("snapshot directory cannot be opened: directory=" + directory
                    + ", reason=there is no file CURRENT; nothing was changed");
        }
        if (!Files.isReadable(directory.resolve(CURRENT))) {
            throw unreadable(directory, "file CURRENT may not be read", null);
        }
    }

    private static SteleException refusal(Path directory, RocksDBException cause) {
        String reason = String.valueOf(cause.getMessage());
        if (reason.contains("lock file") || reason.contains("lock hold by current process")) {
            return new SnapshotException(
                    "snapshot directory is in use by another process or another opening in this one: directory="
                            + directory + ", reason=" + reason + "; nothing was opened or changed",
                    cause);
        }
        if (isCorruption(cause)) {
            return damaged(directory, reason, cause);
        }
        if (reason.contains("Permission denied")) {
            return unreadable(directory, reason, cause);
        }
        return new SnapshotException(
                "snapshot directory cannot be opened: directory=" + directory + ", reason=" + reason
                        + "; no event is lost by that, and no snapshot was changed",
                cause);
    }

    private static UnreadableException unreadable(Path directory, String reason, @Nullable RocksDBException cause) {
        return new UnreadableException(
                "snapshot directory may not be read by this user, so nobody knows which snapshots there are: directory="
                        + directory + ", reason=" + reason + ", user=" + System.getProperty("user.name")
                        + "; nothing was opened or changed",
                cause);
    }

    private static SnapshotException damaged(Path directory, String reason, @Nullable RocksDBException cause) {
        return new SnapshotException(
                "snapshot directory is damaged and cannot be opened: directory=" + directory + ", reason=" + reason
                        + "; no event is lost by that, and no snapshot was changed on disk; move the directory away, and"
                        + " recovery replays from the journal",
                cause);
    }

    private static boolean isCorruption(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getCode() == Status.Code.Corruption;
    }
}
