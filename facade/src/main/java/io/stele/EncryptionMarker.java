package io.stele;

import io.stele.spi.DirectoryEncryptedException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.Presence;
import io.stele.spi.UnreadableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Which keys a data directory is written with, so that it is never opened with others, or with none: what it holds could not be read,
 * and what came new would be in plain, or be encrypted with a new key for somebody who was forgotten.
 *
 * <pre>
 *   stele-encryption 1
 *   keyStoreId=6f0c…        as in the header of the key file
 * </pre>
 *
 * <p>One file of text, written as a whole and forced before the first event that may be encrypted; it never changes.
 */
final class EncryptionMarker {
    private static final String FIRST_LINE = "stele-encryption 1\n";
    private static final String KEY = "keyStoreId=";

    private EncryptionMarker() {}

    /**
     * Requires that a codec has the keys that the directory was written with. Reads one small file.
     *
     * @throws DirectoryEncryptedException if it has not; nothing was opened or changed
     * @throws UnreadableException if nobody can tell
     */
    static void require(Path directory, PayloadCodec codec) {
        String id = codec.keyStoreId();
        String wanted = read(directory);
        if (wanted.isEmpty()
                && id.isEmpty()
                && Presence.of(Stele.keyDirectory(directory).resolve("keys"))) {
            wanted = "unknown";
        }
        if (wanted.isEmpty() || wanted.equals(id)) {
            return;
        }
        throw new DirectoryEncryptedException((id.isEmpty()
                        ? "directory is encrypted and was to be opened without its keys"
                        : "directory was encrypted with other keys than those it was to be opened with")
                + "; nothing was opened or changed; open it with the codec of its keys, SubjectKeys.encrypting:"
                + " directory=" + directory + ", keyStoreId=" + wanted
                + (id.isEmpty() ? "" : ", keyStoreIdGiven=" + id));
    }

    /** Notes down which keys a codec has, if it has any. Survives a power cut when this returns. Whoever calls has the lock. */
    static void write(Path directory, PayloadCodec codec) {
        Path file = Stele.encryptionFile(directory);
        if (codec.keyStoreId().isEmpty() || Presence.of(file)) {
            return;
        }
        Path next = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(FIRST_LINE + KEY + codec.keyStoreId() + "\n");
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        } catch (IOException e) {
            throw new UnreadableException(
                    "directory cannot be marked as encrypted, so it was not opened: file=" + file + ", cause=" + e, e);
        }
    }

    private static String read(Path directory) {
        Path file = Stele.encryptionFile(directory);
        if (!Presence.of(file)) {
            return "";
        }
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            if (text.startsWith(FIRST_LINE + KEY) && text.endsWith("\n")) {
                return text.substring((FIRST_LINE + KEY).length(), text.length() - 1);
            }
        } catch (IOException e) {
            throw new UnreadableException(
                    "file that names a directory's keys cannot be read: file=" + file + ", cause=" + e, e);
        }
        throw new DirectoryEncryptedException(
                "file that names a directory's keys is damaged; nothing was opened or changed; take it"
                        + " from a backup, or write into it what the key file's first slot says: file=" + file);
    }
}
