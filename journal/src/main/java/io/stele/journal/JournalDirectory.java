package io.stele.journal;

import io.stele.spi.Clock;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/** Decides whether a directory may be used as a journal, and makes it one if it is empty. */
final class JournalDirectory {
    private static final Set<String> REMOTE_TYPES =
            Set.of("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre");
    private static final String FUSE = "fuse";

    private JournalDirectory() {}

    /**
     * Creates the directory if it is absent, and checks that it may hold a journal.
     *
     * @throws JournalException if it may not; nothing was written to it
     */
    static void prepare(Path directory) throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new JournalException("journal must be a directory; nothing was opened: directory=" + directory);
        }
        Files.createDirectories(directory);
        if (!Files.isWritable(directory)) {
            throw new JournalException("journal directory is not writable; nothing was opened: directory=" + directory);
        }
        requireLocal(directory, Files.getFileStore(directory).type());
        IncompleteMark.requireNone(directory);
        if (!Files.exists(directory.resolve(SegmentFiles.MANIFEST))) {
            requireEmpty(directory);
        }
    }

    /** Refuses file systems that do not keep what was forced, or on which a mapped file is not the file. */
    static void requireLocal(Path directory, String type) {
        String name = type.toLowerCase(Locale.ROOT);
        if (REMOTE_TYPES.contains(name) || name.startsWith(FUSE)) {
            throw new JournalException(
                    "journal cannot live on a network or user-space file system; nothing was opened: directory="
                            + directory + ", fileSystem=" + type);
        }
    }

    /** Reads the manifest, or writes that of a new journal. */
    static Manifest manifest(JournalOptions options, SegmentStorage storage, Clock clock) throws IOException {
        Path directory = options.directory();
        if (Files.exists(directory.resolve(SegmentFiles.MANIFEST))) {
            return Manifest.read(directory);
        }
        Manifest manifest =
                new Manifest(1, UUID.randomUUID(), options.laneCount(), options.segmentBytes(), clock.epochMs());
        manifest.write(directory);
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            storage.forceDirectory(parent);
        }
        return manifest;
    }

    private static void requireEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!name.equals(SegmentFiles.LOCK) && !name.equals(SegmentFiles.MANIFEST + ".tmp")) {
                    throw new JournalException(
                            "directory is not empty and not a journal; nothing was opened: directory=" + directory
                                    + ", found=" + name);
                }
            }
        }
    }
}
