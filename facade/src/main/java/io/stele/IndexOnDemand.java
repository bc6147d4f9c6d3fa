package io.stele;

import io.stele.spi.IndexStore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An index that is opened when it is first needed. The journal's lock guards the whole data directory, so the journal must open,
 * and be refused, before RocksDB is touched.
 *
 * @param opened opens the index at the first call, gives the same one at every later call; not closed here
 */
record IndexOnDemand(Supplier<IndexStore> opened) implements IndexStore {

    @Override
    public byte @Nullable [] get(byte[] key) {
        return opened.get().get(key);
    }

    @Override
    public void scan(byte[] fromKey, Visitor visitor) {
        opened.get().scan(fromKey, visitor);
    }

    @Override
    public Writer newWriter() {
        return opened.get().newWriter();
    }

    @Override
    public void flush() {
        opened.get().flush();
    }

    @Override
    public void close() {}
}
