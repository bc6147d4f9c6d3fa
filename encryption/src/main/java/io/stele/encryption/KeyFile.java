package io.stele.encryption;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@link KeySlot}s. Slots are added at the end, and erased in place.
 *
 * <pre>
 *   [ header ][ key a ][ 000…000 ][ key c ][ forgotten b ][ key d ]
 *                        was b
 * </pre>
 *
 * <p>To forget, the slot that says so is added and forced first, and only then is the key erased and that forced: a crash between the
 * two is made good by the next opening. What a power cut leaves behind the last force was never used to write anything; {@link
 * KeyTable} tells it from damage, which is refused.
 *
 * <p>To wrap all keys anew, a second file is written beside it, forced, read back, and takes its name: there is the old table or the new
 * one, whatever happens.
 *
 * <p>Any thread may add; many that add at once share a force.
 */
final class KeyFile implements AutoCloseable {
    static final String NAME = "keys";
    static final String NEXT = "keys.next";

    private static final int LOOK_ATTEMPTS_MAX = 5;

    private final Path directory;
    private final Object forcing = new Object();
    private FileChannel channel;
    private long slotCount;
    private long forcedCount;
    private @Nullable IOException failure;

    private KeyFile(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** Opens or creates the file, and adds its slots to a table. Whoever calls has the lock. */
    static KeyFile open(Path directory, KeyTable table) throws IOException {
        Files.deleteIfExists(directory.resolve(NEXT)); // wrapping them anew came to no end
        KeyFile file = new KeyFile(
                directory,
                FileChannel.open(
                        directory.resolve(NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
        boolean opened = false;
        try {
            read(file.channel, table);
            file.slotCount = table.slotCount();
            file.forcedCount = file.slotCount;
            for (long index : table.unwritten()) {
                write(file.channel, KeySlot.unused().encode(), index);
            }
            file.channel.force(false);
            opened = true;
            return file;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** Reads a file that somebody else may be writing: what looks damaged may be a slot that was just being written. */
    static KeyTable look(Path directory) throws IOException {
        for (int attempt = 1; ; attempt++) {
            KeyTable table = new KeyTable(directory);
            try (FileChannel channel = FileChannel.open(directory.resolve(NAME), StandardOpenOption.READ)) {
                read(channel, table);
                return table;
            } catch (EncryptionException e) {
                if (attempt == LOOK_ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private static void read(FileChannel channel, KeyTable table) throws IOException {
        byte[] bytes = new byte[KeySlot.BYTES];
        for (long index = 0; read(channel, bytes, index); index++) {
            table.add(bytes);
        }
        table.requireSound();
    }

    private static boolean read(FileChannel channel, byte[] bytes, long index) throws IOException {
        ByteBuffer target = ByteBuffer.wrap(bytes);
        long from = index * KeySlot.BYTES;
        while (target.hasRemaining() && channel.read(target, from + target.position()) >= 0) {
            // a read may return less than was asked for
        }
        return !target.hasRemaining();
    }

    /**
     * Adds a slot; it survives a power cut when this returns.
     *
     * @param slot makes it, knowing how many are on disk for sure
     * @return its index
     */
    long add(LongFunction<KeySlot> slot) throws IOException {
        long index;
        synchronized (this) {
            requireSound();
            index = slotCount;
            write(channel, slot.apply(forcedCount).encode(), index);
            slotCount++;
        }
        force(index);
        return index;
    }

    /** Overwrites a slot; what it held is gone from the file when this returns, after any crash. */
    synchronized void erase(long index) throws IOException {
        requireSound();
        write(channel, ByteBuffer.allocate(KeySlot.BYTES), index);
        try {
            channel.force(false);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** What becomes of a slot when all of them are written anew. */
    @FunctionalInterface
    interface Rewrite {
        KeySlot of(KeySlot slot) throws IOException;
    }

    /**
     * Writes all slots anew, each where it was. Nobody may add meanwhile.
     *
     * @param check is given every slot as it was read back, and throws if it is not what it must be; then nothing was changed
     */
    synchronized void rewrite(Rewrite rewrite, Rewrite check) throws IOException {
        requireSound();
        Path next = directory.resolve(NEXT);
        FileChannel written = null;
        boolean moved = false;
        try {
            written = FileChannel.open(
                    next,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            copy(channel, written, rewrite);
            written.force(true);
            copy(written, null, check);
            Files.move(next, directory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
            moved = true;
            FileChannel old = channel;
            channel = written;
            old.close();
            forceDirectory();
        } finally {
            if (!moved && written != null) {
                written.close();
                Files.deleteIfExists(next);
            }
        }
    }

    private void copy(FileChannel from, @Nullable FileChannel to, Rewrite rewrite) throws IOException {
        byte[] bytes = new byte[KeySlot.BYTES];
        for (long index = 0; index < slotCount; index++) {
            if (!read(from, bytes, index)) {
                throw new IOException("key file has become shorter: slot=" + index);
            }
            KeySlot slot = KeySlot.decode(bytes);
            ByteBuffer kept = slot == null
                    ? ByteBuffer.allocate(KeySlot.BYTES)
                    : rewrite.of(slot).encode();
            if (to != null) {
                write(to, kept, index);
            }
        }
    }

    private void forceDirectory() throws IOException {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long index) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, index * KeySlot.BYTES + bytes.position());
        }
    }

    private void force(long index) throws IOException {
        synchronized (forcing) {
            long count;
            FileChannel used;
            synchronized (this) {
                if (forcedCount > index) {
                    return;
                }
                requireSound();
                count = slotCount;
                used = channel;
            }
            try {
                used.force(false);
            } catch (IOException e) {
                fail(e);
                throw e;
            }
            synchronized (this) {
                forcedCount = count;
            }
        }
    }

    private synchronized void fail(IOException cause) {
        failure = cause;
    }

    private void requireSound() throws IOException {
        if (failure != null) {
            throw new IOException("an earlier force has failed: " + failure.getMessage(), failure);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }
}
