package io.stele.journal;

import io.stele.spi.IndexStore;
import io.stele.spi.SteleException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An index of which some blocks cannot be read, as RocksDB answers when a checksum does not match, or which cannot be flushed. */
final class FaultyIndexStore implements IndexStore {
    private final IndexStore real;

    /** Which keys lie in a block that is damaged. */
    volatile Predicate<byte[]> damaged = key -> false;

    volatile boolean flushFails;

    FaultyIndexStore(IndexStore real) {
        this.real = real;
    }

    /** Damages everything that begins with these bytes. */
    void damage(byte[] prefix) {
        damaged = key -> key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        requireWhole(key);
        return real.get(key);
    }

    @Override
    public void scan(byte[] fromKey, Visitor visitor) {
        requireWhole(fromKey);
        real.scan(fromKey, (key, value) -> {
            byte[] bytes = new byte[key.remaining()];
            key.duplicate().get(bytes);
            requireWhole(bytes);
            return visitor.onEntry(key, value);
        });
    }

    private void requireWhole(byte[] key) {
        if (damaged.test(key)) {
            throw new SteleException("index could not be read: reason=block checksum mismatch");
        }
    }

    /** Puts other bytes in the place of a value. */
    void overwrite(byte[] key, byte[] value) {
        try (Writer writer = real.newWriter()) {
            writer.put(ByteBuffer.wrap(key), ByteBuffer.wrap(value));
            writer.commit();
        }
    }

    @Override
    public Writer newWriter() {
        return real.newWriter();
    }

    @Override
    public void flush() {
        if (flushFails) {
            throw new SteleException("index could not be flushed: reason=No space left on device");
        }
        real.flush();
    }

    @Override
    public void close() {
        real.close();
    }
}
