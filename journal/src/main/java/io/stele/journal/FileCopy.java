package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * Brings files that nobody changes any more to another place: as a further name of the same file if the file system can, as a
 * further name of an earlier copy if there is one, and else as a copy. Counts what it does. Confined to one thread.
 *
 * <p>An earlier copy counts as the same if length and time of the last change are; a copy gets both from its source.
 */
final class FileCopy {
    private static final int COPY_BYTES = 64 << 10;

    private final boolean linksAllowed;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
    private long linkedBytes;
    private long copiedBytes;
    private int linkedCount;
    private int copiedCount;

    /** Copies everything, or links where that is possible. */
    FileCopy(boolean linksAllowed) {
        this.linksAllowed = linksAllowed;
    }

    long linkedBytes() {
        return linkedBytes;
    }

    long copiedBytes() {
        return copiedBytes;
    }

    int linkedCount() {
        return linkedCount;
    }

    int copiedCount() {
        return copiedCount;
    }

    /**
     * Brings a whole file.
     *
     * @param earlier what an earlier copy has under that name; null if there is none
     * @throws NoSuchFileException if the source went away before it was begun; nothing was made
     */
    void bring(Path source, Path target, @Nullable Path earlier) throws IOException {
        if (link(source, target) || (earlier != null && isSame(source, earlier) && link(earlier, target))) {
            linkedBytes += Files.size(target);
            linkedCount++;
            return;
        }
        FileTime changed = Files.getLastModifiedTime(source);
        copyHead(source, Files.size(source), target);
        Files.setLastModifiedTime(target, changed);
    }

    /** Copies the first {@code bytes} of a file and forces them. Zeros take no room. */
    void copyHead(Path source, long bytes, Path target) throws IOException {
        try (FileChannel from = FileChannel.open(source, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; ) {
                buffer.clear().limit((int) Math.min(COPY_BYTES, bytes - at));
                int count = from.read(buffer, at);
                if (count <= 0) {
                    throw new IOException("file became shorter while it was copied: file=" + source);
                }
                boolean needed = !isZero(buffer.flip()) || at + count == bytes;
                for (long next = at; needed && buffer.hasRemaining(); ) {
                    next += to.write(buffer, next);
                }
                at += count;
            }
            to.force(true);
        }
        copiedBytes += bytes;
        copiedCount++;
    }

    private boolean link(Path existing, Path target) throws IOException {
        if (!linksAllowed || LinkedFile.nameCount(existing) == 0) {
            return false;
        }
        try {
            Files.createLink(target, existing);
            IncompleteMark.force(target);
            return true;
        } catch (NoSuchFileException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            return false; // another file system, or one without links: it is copied
        }
    }

    private static boolean isSame(Path source, Path earlier) throws IOException {
        return Files.exists(earlier)
                && Files.size(source) == Files.size(earlier)
                && Files.getLastModifiedTime(source).equals(Files.getLastModifiedTime(earlier));
    }

    private static boolean isZero(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
