package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.IndexStore;
import io.stele.spi.SteleException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What the in-memory index store does beyond the contract: crashes. */
class InMemoryIndexStoreTest {
    private static final byte[] KEY = {1};

    @Test
    void shouldLoseWhatWasNotFlushedInACrash() {
        InMemoryIndexStore store = InMemoryIndexStore.open();
        put(store, 1);
        store.flush();
        put(store, 2);

        InMemoryIndexStore next = store.crash();

        assertThat(next.get(KEY)).containsExactly(1);
        assertThatThrownBy(() -> put(store, 3)).isInstanceOf(SteleException.class);
        assertThat(next.get(KEY)).containsExactly(1);
    }

    @Test
    void shouldFlushWhenItIsClosed() {
        InMemoryIndexStore store = InMemoryIndexStore.open();
        put(store, 1);
        store.close();

        assertThat(store.crash().get(KEY)).containsExactly(1);
        assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(SteleException.class);
    }

    @Test
    void shouldCloseWhenItIsReopened() {
        InMemoryIndexStore store = InMemoryIndexStore.open();
        put(store, 1);

        assertThat(store.reopen().get(KEY)).containsExactly(1);
        assertThatThrownBy(() -> put(store, 2)).isInstanceOf(SteleException.class);
    }

    @Test
    void shouldFailTheChosenCommitAndNoOther() {
        InMemoryIndexStore store = InMemoryIndexStore.open();
        store.failCommitAt(2);
        put(store, 1);

        assertThatThrownBy(() -> put(store, 2)).isInstanceOf(SteleException.class);
        assertThat(store.get(KEY)).containsExactly(1);
        put(store, 3);
        assertThat(store.get(KEY)).containsExactly(3);
    }

    private static void put(IndexStore store, int value) {
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.put(ByteBuffer.wrap(KEY), ByteBuffer.wrap(new byte[] {(byte) value}));
            writer.commit();
        }
    }
}
