package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.Durability;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotException;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What the in-memory snapshot store does beyond the contract: crashes and faults. */
class InMemorySnapshotStoreTest {
    private static final PersistenceId ACTOR = new PersistenceId("account", "1");

    private final InMemorySnapshotStore store = InMemorySnapshotStore.open();

    @Test
    void shouldLoseWhatWasNotFlushedInAPowerCut() {
        save(1);
        store.flush();
        save(2);
        store.prune(ACTOR, 1);

        assertThat(store.crash(Durability.POWER_LOSS).sequenceNumbers(ACTOR)).containsExactly(1L);
    }

    @Test
    void shouldKeepWhatWasSavedWhenOnlyTheProcessCrashes() {
        save(1);
        save(2);

        InMemorySnapshotStore next = store.crash(Durability.PROCESS_CRASH);

        assertThat(next.sequenceNumbers(ACTOR)).containsExactly(2L, 1L);
        assertThatThrownBy(() -> save(3)).isInstanceOf(SnapshotException.class);
        assertThat(next.sequenceNumbers(ACTOR)).containsExactly(2L, 1L);
    }

    @Test
    void shouldCloseWhenItIsReopened() {
        save(1);

        assertThat(store.reopen().sequenceNumbers(ACTOR)).containsExactly(1L);
        assertThatThrownBy(() -> save(2)).isInstanceOf(SnapshotException.class);
    }

    @Test
    void shouldFailTheChosenSaveAndNoOther() {
        store.failSaveAt(2);
        save(1);

        assertThatThrownBy(() -> save(2)).isInstanceOf(SnapshotException.class);

        save(3);
        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(3L, 1L);
    }

    @Test
    void shouldFailTheChosenLoadAndNoOther() {
        save(1);
        store.failLoadAt(2);
        assertThat(store.load(ACTOR, 1)).isPresent();

        assertThatThrownBy(() -> store.load(ACTOR, 1)).isInstanceOf(SnapshotException.class);
        assertThat(store.load(ACTOR, 1)).isPresent();
    }

    @Test
    void shouldKeepDamageOverACrash() {
        save(1);
        save(2);
        store.damage(ACTOR, 2);

        InMemorySnapshotStore next = store.crash(Durability.PROCESS_CRASH);

        assertThat(next.load(ACTOR, 2).orElseThrow().sequenceNumber()).isEqualTo(1);
        assertThat(next.rejectedCount()).isEqualTo(1);
    }

    @Test
    void shouldRefuseToDamageWhatIsNotThere() {
        assertThatThrownBy(() -> store.damage(ACTOR, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private void save(long sequenceNumber) {
        ByteBuffer state = ByteBuffer.wrap(new byte[] {(byte) sequenceNumber});
        store.save(
                new Snapshot(ACTOR, sequenceNumber, 1, 1, new StoredType("account", 1), state, ByteBuffer.allocate(0)));
    }
}
