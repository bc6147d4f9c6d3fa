package io.stele.encryption;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
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
 * two is made good by the next opening. A slot at the end that is not whole was never forced, so nothing was written with it.
 *
 * <p>Any thread may add; many that add at once share a force.
 */
final class KeyFile implements AutoCloseable {
    static final String NAME = "keys";

    private final FileChannel channel;
    private final Object forcing = new Object();
    private long slotCount;
    private long forcedCount;
    private @Nullable IOException failure;

    private KeyFile(FileChannel channel) {
        this.channel = channel;
    }

    /** Sees the slots of a file. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Sees one slot.
         *
         * @param slot null if it was erased, or is damaged
         */
        void onSlot(long index, @Nullable KeySlot slot);
    }

    static KeyFile open(Path directory, Visitor visitor) throws IOException {
        KeyFile file = new KeyFile(FileChannel.open(
                directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        file.slotCount = visit(file.channel, visitor);
        file.forcedCount = file.slotCount;
        return file;
    }

    /** Visits the slots of a file that somebody else may be writing. */
    static void look(Path directory, Visitor visitor) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(NAME), StandardOpenOption.READ)) {
            visit(channel, visitor);
        }
    }

    /** Returns how many slots count: the last one must be whole. */
    private static long visit(FileChannel channel, Visitor visitor) throws IOException {
        byte[] bytes = new byte[KeySlot.BYTES];
        long count = 0;
        for (long index = 0; read(channel, bytes, index); index++) {
            KeySlot slot = KeySlot.decode(bytes);
            visitor.onSlot(index, slot);
            count = slot == null && !isZero(bytes) ? count : index + 1;
        }
        return count;
    }

    private static boolean read(FileChannel channel, byte[] bytes, long index) throws IOException {
        ByteBuffer target = ByteBuffer.wrap(bytes);
        long from = index * KeySlot.BYTES;
        while (target.hasRemaining() && channel.read(target, from + target.position()) >= 0) {
            // a read may return less than was asked for
        }
        return !target.hasRemaining();
    }

    private static boolean isZero(byte[] bytes) {
        return Arrays.equals(bytes, new byte[KeySlot.BYTES]);
    }

    boolean isEmpty() {
        return slotCount == 0;
    }

    /** Adds a slot; it survives a power cut when this returns. Returns its index. */
    long add(KeySlot slot) throws IOException {
        long index;
        synchronized (this) {
            requireSound();
            index = slotCount;
            write(slot.encode(), index);
            slotCount++;
        }
        force(index);
        return index;
    }

    /** Overwrites a slot; what it held is gone from the file when this returns, after any crash. */
    synchronized void erase(long index) throws IOException {
        requireSound();
        write(ByteBuffer.allocate(KeySlot.BYTES), index);
        try {
            channel.force(false);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private void write(ByteBuffer bytes, long index) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, index * KeySlot.BYTES + bytes.position());
        }
    }

    private void force(long index) throws IOException {
        synchronized (forcing) {
            if (forcedCount > index) {
                return;
            }
            long count;
            synchronized (this) {
                requireSound();
                count = slotCount;
            }
            try {
                channel.force(false);
            } catch (IOException e) {
                fail(e);
                throw e;
            }
            forcedCount = count;
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
    public void close() throws IOException {
        channel.close();
    }
}
