package io.stele.recovery;

import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Presence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The actors of which nothing may be removed, on disk.
 *
 * <p>One file of text, replaced as a whole and forced, so that there is the old list or the new one:
 *
 * <pre>
 *   stele-legal-holds 1
 *   account/42
 *   account/77
 *   crc32c=0a1b2c3d        of the bytes of the lines before, line feeds included
 * </pre>
 *
 * <p>A list that is damaged is no list: whoever asks gets an exception, and nothing is compacted.
 *
 * <h2>Threads</h2>
 * Any thread. {@link #hold} waits for the compaction step of a running {@link Compactor} of the same object that has not heard of it;
 * when it returns, nothing of the actor will be removed.
 */
public final class LegalHolds {
    private static final String FIRST_LINE = "stele-legal-holds 1";
    private static final String LAST_LINE = "crc32c=";

    private final Path file;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

    private LegalHolds(Path file) {
        this.file = file;
    }

    /** Uses the list in {@code file}, which is created with the first hold. Reads nothing yet. */
    public static LegalHolds of(Path file) {
        return new LegalHolds(file);
    }

    /** Returns who is held now, as it stands on disk. Throws {@link JournalException} if that cannot be read or is damaged. */
    public Set<PersistenceId> list() {
        if (!Presence.of(file)) {
            return Set.of();
        }
        try {
            return parse(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new JournalException("legal holds cannot be read: file=" + file + ", cause=" + e, e);
        }
    }

    /** Holds an actor: durable when this returns. Holding one twice does nothing more. */
    public void hold(PersistenceId persistenceId) {
        change(held -> held.add(persistenceId.encoded()));
    }

    /** Releases an actor. Releasing one that is not held does nothing. */
    public void release(PersistenceId persistenceId) {
        change(held -> held.remove(persistenceId.encoded()));
    }

    /** Keeps {@link #hold} waiting while a compaction relies on a list. */
    Lock reading() {
        return lock.readLock();
    }

    private void change(Consumer<Set<String>> change) {
        lock.writeLock().lock();
        try {
            Set<String> held = new TreeSet<>();
            list().forEach(id -> held.add(id.encoded()));
            change.accept(held);
            write(held);
        } catch (IOException e) {
            throw new JournalException(
                    "legal holds cannot be written; they are as they were: file=" + file + ", cause=" + e, e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void write(Set<String> held) throws IOException {
        List<String> lines = new ArrayList<>(held);
        lines.add(0, FIRST_LINE);
        String body = String.join("\n", lines) + "\n";
        byte[] bytes = (body + LAST_LINE + crc(body) + "\n").getBytes(StandardCharsets.UTF_8);
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException("file has no directory");
        }
        Path next = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer source = ByteBuffer.wrap(bytes);
            while (source.hasRemaining()) {
                channel.write(source);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Set<PersistenceId> parse(String text) {
        int last = text.lastIndexOf(LAST_LINE);
        String body = last < 0 ? "" : text.substring(0, last);
        if (!body.startsWith(FIRST_LINE + "\n") || !text.substring(last).equals(LAST_LINE + crc(body) + "\n")) {
            throw new JournalException(
                    "legal holds are damaged, so nothing may be compacted; nothing was changed on disk:" + " file="
                            + file);
        }
        Set<PersistenceId> held = new HashSet<>();
        body.lines().skip(1).forEach(line -> held.add(PersistenceId.parse(line)));
        return held;
    }

    private static String crc(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", (int) crc.getValue());
    }
}
