package io.stele.testkit;

import io.stele.spi.IndexStore;
import org.jspecify.annotations.Nullable;

class InMemoryIndexStoreContractTest extends IndexStoreContract {
    private @Nullable InMemoryIndexStore last;

    @Override
    protected IndexStore openStore() {
        InMemoryIndexStore opened = last == null ? InMemoryIndexStore.open() : last.reopen();
        last = opened;
        return opened;
    }
}
