package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that has several names: a segment that a backup or a fork shares with the journal that it was taken from.
 *
 * <p>Whoever wants to change one makes it a file of its own first, so that nothing changes under the other names.
 */
final class LinkedFile {
    private static final int COPY_BYTES = 64 << 10;
    private static final String UNSHARED_SUFFIX = ".unshared";

    private LinkedFile() {}

    /** Returns how many names a file has; 0 where the system does not tell. Then no file is ever linked either. */
    static int nameCount(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return 0;
        }
        return (int) Files.getAttribute(file, "unix:nlink");
    }

    /**
     * Makes sure that a file has no other name, if need be by putting a copy in its place. After a crash there is either the shared
     * file or the whole copy.
     */
    static void unshare(SegmentStorage storage, Path file) throws IOException {
        if (nameCount(file) <= 1) {
            return;
        }
        Path temporary = file.resolveSibling(file.getFileName() + UNSHARED_SUFFIX);
        try (SegmentStorage.OpenFile source = storage.open(file);
                SegmentStorage.OpenFile copy = storage.create(temporary)) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(COPY_BYTES);
            for (long at = 0; source.read(bytes.clear(), at) > 0; at += COPY_BYTES) {
                copy.write(bytes.flip(), at);
            }
            copy.force(true);
        }
        storage.rename(temporary, file);
        Path directory = file.getParent();
        assert directory != null : "a segment lies in a lane";
        storage.forceDirectory(directory);
    }
}
