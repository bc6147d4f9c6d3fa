package io.stele.journal;

import io.stele.spi.JournalException;
import io.stele.spi.JournalInUseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One writer per directory: an operating system lock on the file {@code LOCK}, which the kernel gives back when its holder
 * dies, however it dies.
 *
 * <p>Such a lock belongs to the process, and closing any descriptor of the file drops it: so nothing else ever opens the file,
 * and within the process a set of directories does what the lock cannot.
 *
 * <p>The file also says who holds the lock, and under which epoch. It is rewritten in place, by its holder alone.
 */
final class JournalLock implements AutoCloseable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();
    private static final int BYTES_MAX = 4096;

    private final Path directory;
    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;

    private JournalLock(Path directory, Path file, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Takes the lock.
     *
     * @param directory exists
     * @throws JournalInUseException if somebody else has it; returns at once
     */
    static JournalLock acquire(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD_HERE.add(real)) {
            throw new JournalInUseException("journal is open in this process already; nothing was opened: directory="
                    + real + ", pid=" + ProcessHandle.current().pid());
        }
        JournalLock held = null;
        try {
            held = lock(real);
            return held;
        } finally {
            if (held == null) {
                HELD_HERE.remove(real);
            }
        }
    }

    private static JournalLock lock(Path directory) throws IOException {
        Path file = directory.resolve(SegmentFiles.LOCK);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
            if (lock == null) {
                throw new JournalInUseException("journal is in use by another process; nothing was opened: directory="
                        + directory + ", " + shown(text(channel)));
            }
            return new JournalLock(directory, file, channel, lock);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
    }

    /** Leaves the epoch of a journal to its copy, which nobody has open yet. */
    static void leaveEpoch(Path directory, long epoch) throws IOException {
        ByteBuffer text = KeyValueFile.encode(Map.of("epoch", Long.toString(epoch)));
        Files.writeString(directory.resolve(SegmentFiles.LOCK), StandardCharsets.UTF_8.decode(text));
    }

    /** Returns the epoch of the last holder, or 0 if there was none, or what it left cannot be read. */
    long lastEpoch() throws IOException {
        String text = text(channel);
        try {
            return text.isEmpty()
                    ? 0
                    : Long.parseLong(KeyValueFile.decode(text, file).getOrDefault("epoch", "0"));
        } catch (JournalException | NumberFormatException e) {
            return 0; // the records of the lanes carry it too
        }
    }

    /** Records who holds the lock, so that it survives a power cut. */
    void record(Holder holder, long epoch, long openedAtMs) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("pid", Long.toString(holder.processId()));
        values.put("host", holder.host());
        values.put("openedAtMs", Long.toString(openedAtMs));
        values.put("bootId", holder.bootId());
        values.put("epoch", Long.toString(epoch));
        ByteBuffer bytes = KeyValueFile.encode(values);
        int lengthBytes = bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
        channel.truncate(lengthBytes);
        channel.force(true);
    }

    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new JournalException("lock cannot be given back: file=" + file + ", cause=" + e, e);
        } finally {
            HELD_HERE.remove(directory);
        }
    }

    private static String text(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES_MAX);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            // a read may return less than was asked for
        }
        return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    }

    private static String shown(String text) {
        int crcAt = text.lastIndexOf("crc=");
        String facts = (crcAt < 0 ? text : text.substring(0, crcAt)).strip();
        return facts.isEmpty() ? "holder=unknown" : facts.replace("\n", ", ").replaceAll("\\p{Cntrl}", "?");
    }
}
