package io.stele.testkit;

import io.stele.spi.IndexStore;
import io.stele.spi.SteleException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An {@link IndexStore} in memory that loses what was not flushed when it is told to crash. Any thread: calls take turns, and a
 * scan sees the entries as they were when it began, at the cost of a copy.
 */
public final class InMemoryIndexStore implements IndexStore {
    private final NavigableMap<byte[], byte[]> entries;
    private NavigableMap<byte[], byte[]> durable;
    private boolean closed;
    private long commitsUntilFailure;

    private InMemoryIndexStore(NavigableMap<byte[], byte[]> entries) {
        this.entries = entries;
        this.durable = new TreeMap<>(entries);
    }

    /** Returns a new, empty store. */
    public static InMemoryIndexStore open() {
        return new InMemoryIndexStore(new TreeMap<>(Arrays::compareUnsigned));
    }

    /** Closes this store if it is open, and returns one that holds what it held. */
    public synchronized InMemoryIndexStore reopen() {
        close();
        return new InMemoryIndexStore(new TreeMap<>(durable));
    }

    /** Ends this store without closing it, and returns one that holds what it held at its last {@link #flush}. */
    public synchronized InMemoryIndexStore crash() {
        closed = true;
        return new InMemoryIndexStore(new TreeMap<>(durable));
    }

    /** Lets the {@code n}-th commit from now fail, 1 for the next: none of its changes is made. */
    public synchronized void failCommitAt(long n) {
        if (n < 1) {
            throw new IllegalArgumentException("faults are counted from 1, the next one: n=" + n);
        }
        commitsUntilFailure = n;
    }

    @Override
    public synchronized byte @Nullable [] get(byte[] key) {
        requireOpen();
        byte[] value = entries.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public void scan(byte[] fromKey, Visitor visitor) {
        for (Map.Entry<byte[], byte[]> entry : entriesFrom(fromKey)) {
            if (!visitor.onEntry(readOnly(entry.getKey()), readOnly(entry.getValue()))) {
                return;
            }
        }
    }

    @Override
    public Writer newWriter() {
        return new Changes();
    }

    @Override
    public synchronized void flush() {
        requireOpen();
        durable = new TreeMap<>(entries);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            flush();
            closed = true;
        }
    }

    private synchronized List<Map.Entry<byte[], byte[]>> entriesFrom(byte[] fromKey) {
        requireOpen();
        return List.copyOf(new TreeMap<>(entries.tailMap(fromKey, true)).entrySet());
    }

    private synchronized void apply(List<Consumer<NavigableMap<byte[], byte[]>>> changes) {
        requireOpen();
        if (commitsUntilFailure > 0 && --commitsUntilFailure == 0) {
            throw new SteleException("changes could not be committed, none was made: cause=injected");
        }
        changes.forEach(change -> change.accept(entries));
    }

    private void requireOpen() {
        if (closed) {
            throw new SteleException("index store is closed");
        }
    }

    private static ByteBuffer readOnly(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] copyOf(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.duplicate().get(bytes);
        return bytes;
    }

    /** Changes in the order in which they were made. Confined to one thread. */
    private final class Changes implements Writer {
        private final List<Consumer<NavigableMap<byte[], byte[]>>> changes = new ArrayList<>();

        @Override
        public void put(ByteBuffer key, ByteBuffer value) {
            byte[] keyBytes = copyOf(key);
            byte[] valueBytes = copyOf(value);
            changes.add(map -> map.put(keyBytes, valueBytes));
        }

        @Override
        public void deleteRange(byte[] fromKey, byte[] toKey) {
            byte[] from = fromKey.clone();
            byte[] to = toKey.clone();
            if (Arrays.compareUnsigned(from, to) < 0) {
                changes.add(map -> map.subMap(from, to).clear());
            }
        }

        @Override
        public void commit() {
            apply(changes);
            changes.clear();
        }

        @Override
        public void close() {
            changes.clear();
        }
    }
}
