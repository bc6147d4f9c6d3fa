package io.stele.runtime;

import io.stele.spi.IndexStore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An index that says how often it was flushed. */
record CountingIndex(IndexStore store, AtomicInteger flushes) implements IndexStore {

    @Override
    public byte @Nullable [] get(byte[] key) {
        return store.get(key);
    }

    @Override
    public void scan(byte[] fromKey, Visitor visitor) {
        store.scan(fromKey, visitor);
    }

    @Override
    public Writer newWriter() {
        return store.newWriter();
    }

    @Override
    public void flush() {
        store.flush();
        flushes.incrementAndGet();
    }

    @Override
    public void close() {
        store.close();
    }
}
