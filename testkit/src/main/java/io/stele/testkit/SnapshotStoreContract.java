package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotException;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SnapshotStore} must do. Extend it, say how the store is opened and how one of its snapshots is damaged, and
 * run all of it: there is nothing to opt out of.
 */
public abstract class SnapshotStoreContract {
    private static final PersistenceId ACTOR = new PersistenceId("contract", "1");
    private static final PersistenceId OTHER = new PersistenceId("contract", "10");
    private static final StoredType TYPE = new StoredType("account", 7);

    private SnapshotStore store;

    /** For those who extend it. */
    protected SnapshotStoreContract() {}

    /**
     * Opens the store: a new and empty one at the first call of a test, and at every later call what the one before it left
     * behind when it was closed. JUnit makes one instance of the class per test, so a directory in a field will do.
     */
    protected abstract SnapshotStore openStore();

    /**
     * Damages the stored bytes of a snapshot, as a disk does: nothing tells the store.
     *
     * @param open the store that {@link #openStore} returned last; it is open
     */
    protected abstract void damage(SnapshotStore open, PersistenceId persistenceId, long sequenceNumber);

    /** Removes what the test left behind. Called after every test, once the store is closed; does nothing by default. */
    protected void cleanUp() {}

    @BeforeEach
    final void openFirst() {
        store = openStore();
    }

    @AfterEach
    final void closeLast() {
        store.close();
        cleanUp();
    }

    private void reopen() {
        store.close();
        store = openStore();
    }

    private static Snapshot snapshot(PersistenceId id, long sequenceNumber, String state) {
        return new Snapshot(
                id, sequenceNumber, sequenceNumber << 40, 1_000 + sequenceNumber, TYPE, utf8(state), utf8(""));
    }

    private void save(PersistenceId id, long... sequenceNumbers) {
        for (long sequenceNumber : sequenceNumbers) {
            store.save(snapshot(id, sequenceNumber, "state " + sequenceNumber));
        }
    }

    private Snapshot load(PersistenceId id, long sequenceNumberMax) {
        return store.load(id, sequenceNumberMax).orElseThrow();
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldFindNothingInAnEmptyStore() {
        assertThat(store.load(ACTOR, Long.MAX_VALUE)).isEmpty();
        assertThat(store.sequenceNumbers(ACTOR)).isEmpty();
        assertThat(store.rejectedCount()).isZero();
    }

    @Test
    void shouldLoadWhatWasSaved() {
        Snapshot saved = new Snapshot(
                ACTOR,
                5,
                Long.MAX_VALUE,
                -1,
                new StoredType("übersicht", 65_535),
                Long.MIN_VALUE,
                utf8("state"),
                utf8("window"));

        store.save(saved);

        assertThat(load(ACTOR, Long.MAX_VALUE)).isEqualTo(saved);
    }

    @Test
    void shouldLoadTheNewest() {
        save(ACTOR, 3, 9, 6);

        assertThat(load(ACTOR, Long.MAX_VALUE)).isEqualTo(snapshot(ACTOR, 9, "state 9"));
    }

    @Test
    void shouldLoadTheNewestAtOrBelowANumber() {
        save(ACTOR, 3, 6, 9);

        assertThat(load(ACTOR, 8).sequenceNumber()).isEqualTo(6);
        assertThat(load(ACTOR, 6).sequenceNumber()).isEqualTo(6);
        assertThat(load(ACTOR, 5).sequenceNumber()).isEqualTo(3);
        assertThat(load(ACTOR, 9).sequenceNumber()).isEqualTo(9);
    }

    @Test
    void shouldFindNothingBelowTheOldest() {
        save(ACTOR, 3, 6);

        assertThat(store.load(ACTOR, 2)).isEmpty();
        assertThat(store.load(ACTOR, 0)).isEmpty();
    }

    /** Where numbers are kept as text or in the wrong byte order, 256 comes before 2. */
    @Test
    void shouldOrderByNumber() {
        save(ACTOR, 256, 2, 1L << 40, 255, 10, 65_536, 1, Long.MAX_VALUE);

        assertThat(store.sequenceNumbers(ACTOR))
                .containsExactly(Long.MAX_VALUE, 1L << 40, 65_536L, 256L, 255L, 10L, 2L, 1L);
        assertThat(load(ACTOR, 300).sequenceNumber()).isEqualTo(256);
        assertThat(load(ACTOR, 9).sequenceNumber()).isEqualTo(2);
    }

    @Test
    void shouldKeepActorsApart() {
        PersistenceId prefix = new PersistenceId("contract", "1/2");
        PersistenceId otherType = new PersistenceId("contract-a", "1");
        save(ACTOR, 1, 2);
        save(OTHER, 7);
        save(prefix, 8);
        save(otherType, 9);

        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(2L, 1L);
        assertThat(store.sequenceNumbers(OTHER)).containsExactly(7L);
        assertThat(store.sequenceNumbers(prefix)).containsExactly(8L);
        assertThat(load(otherType, 9).persistenceId()).isEqualTo(otherType);
        assertThat(store.load(OTHER, 6)).isEmpty();
    }

    @Test
    void shouldReplaceASnapshotWithTheSameNumber() {
        store.save(snapshot(ACTOR, 4, "first"));
        store.save(snapshot(ACTOR, 4, "second, and longer"));

        assertThat(load(ACTOR, 4).payload()).isEqualTo(utf8("second, and longer"));
        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(4L);
    }

    @Test
    void shouldCopyWhatItSaves() {
        byte[] bytes = {9, 1, 2, 9};
        ByteBuffer payload = ByteBuffer.wrap(bytes, 1, 2);
        ByteBuffer attachment =
                ByteBuffer.allocateDirect(4).put(bytes).position(0).limit(1);

        store.save(new Snapshot(ACTOR, 1, 1, 1, TYPE, payload, attachment));
        bytes[1] = 8;
        attachment.put(0, (byte) 8);

        Snapshot loaded = load(ACTOR, 1);
        assertThat(loaded.payload()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(loaded.attachment()).isEqualTo(ByteBuffer.wrap(new byte[] {9}));
    }

    @Test
    void shouldLeaveTheBuffersOfASnapshotAsTheyAre() {
        Snapshot saved = snapshot(ACTOR, 1, "state");

        store.save(saved);

        assertThat(saved.payload()).isEqualTo(utf8("state"));
    }

    @Test
    void shouldLoadTheSameTwice() {
        save(ACTOR, 1);
        ByteBuffer first = load(ACTOR, 1).payload();
        first.position(first.limit());

        assertThat(load(ACTOR, 1).payload()).isEqualTo(utf8("state 1"));
    }

    @Test
    void shouldStoreEmptyAndLargeStates() {
        byte[] large = new byte[2 << 20];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i ^ i >>> 11);
        }
        store.save(snapshot(ACTOR, 1, ""));
        store.save(new Snapshot(ACTOR, 2, 2, 2, TYPE, ByteBuffer.wrap(large), ByteBuffer.wrap(large, 5, 70_000)));

        assertThat(load(ACTOR, 1).payload().remaining()).isZero();
        assertThat(load(ACTOR, 2).payload()).isEqualTo(ByteBuffer.wrap(large));
        assertThat(load(ACTOR, 2).attachment()).isEqualTo(ByteBuffer.wrap(large, 5, 70_000));
    }

    @Test
    void shouldTakeBuffersOfEitherByteOrder() {
        ByteBuffer little =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 42);

        store.save(new Snapshot(ACTOR, 1, 1, 1, TYPE, little, utf8("")));

        ByteBuffer loaded = load(ACTOR, 1).payload().order(ByteOrder.LITTLE_ENDIAN);
        assertThat(loaded.getLong()).isEqualTo(42);
    }

    @Test
    void shouldTakeIdsOfTheGreatestLength() {
        PersistenceId longest =
                new PersistenceId("contract", "x".repeat(PersistenceId.LENGTH_BYTES_MAX - "contract/".length()));
        PersistenceId odd = new PersistenceId("contract", "\uD83D\uDC68\u200D\uD83D\uDC69 e\u0301/\u202E");
        save(longest, 1);
        save(odd, 2);

        reopen();

        assertThat(load(longest, 1).persistenceId()).isEqualTo(longest);
        assertThat(load(odd, 2).persistenceId()).isEqualTo(odd);
    }

    @Test
    void shouldPassOverADamagedSnapshotAndCountIt() {
        save(ACTOR, 3, 6, 9);
        damage(store, ACTOR, 9);

        assertThat(load(ACTOR, Long.MAX_VALUE)).isEqualTo(snapshot(ACTOR, 6, "state 6"));

        assertThat(store.rejectedCount()).isEqualTo(1);
    }

    @Test
    void shouldFindNothingIfEverySnapshotIsDamaged() {
        save(ACTOR, 3, 6);
        damage(store, ACTOR, 3);
        damage(store, ACTOR, 6);

        assertThat(store.load(ACTOR, Long.MAX_VALUE)).isEmpty();

        assertThat(store.rejectedCount()).isEqualTo(2);
    }

    @Test
    void shouldNotLookAtDamageAboveTheWantedNumber() {
        save(ACTOR, 3, 6);
        damage(store, ACTOR, 6);

        assertThat(load(ACTOR, 5).sequenceNumber()).isEqualTo(3);

        assertThat(store.rejectedCount()).isZero();
    }

    @Test
    void shouldListDamagedSnapshotsToo() {
        save(ACTOR, 3, 6);
        damage(store, ACTOR, 6);

        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(6L, 3L);
    }

    @Test
    void shouldReplaceADamagedSnapshot() {
        save(ACTOR, 3, 6);
        damage(store, ACTOR, 6);

        save(ACTOR, 6);

        assertThat(load(ACTOR, 6)).isEqualTo(snapshot(ACTOR, 6, "state 6"));
        assertThat(store.rejectedCount()).isZero();
    }

    @Test
    void shouldPruneToTheNewest() {
        save(ACTOR, 1, 2, 3, 4, 256);

        store.prune(ACTOR, 2);

        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(256L, 4L);
        assertThat(store.load(ACTOR, 3)).isEmpty();
        assertThat(load(ACTOR, 4).payload()).isEqualTo(utf8("state 4"));
    }

    @Test
    void shouldPruneToNothing() {
        save(ACTOR, 1, 2);

        store.prune(ACTOR, 0);

        assertThat(store.load(ACTOR, Long.MAX_VALUE)).isEqualTo(Optional.empty());
        save(ACTOR, 3);
        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(3L);
    }

    @Test
    void shouldPruneOneActorOnly() {
        save(ACTOR, 1, 2);
        save(OTHER, 1, 2);

        store.prune(ACTOR, 1);

        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(2L);
        assertThat(store.sequenceNumbers(OTHER)).containsExactly(2L, 1L);
    }

    @Test
    void shouldPruneNothingIfThereIsLessThanIsKept() {
        save(ACTOR, 1, 2);

        store.prune(ACTOR, 2);
        store.prune(ACTOR, Integer.MAX_VALUE);
        store.prune(OTHER, 1);

        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(2L, 1L);
    }

    @Test
    void shouldKeepEverythingWhenItIsReopened() {
        save(ACTOR, 1, 2, 3);
        save(OTHER, 7);
        store.prune(ACTOR, 2);

        reopen();

        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(3L, 2L);
        assertThat(load(ACTOR, 3)).isEqualTo(snapshot(ACTOR, 3, "state 3"));
        assertThat(load(OTHER, 7)).isEqualTo(snapshot(OTHER, 7, "state 7"));
    }

    @Test
    void shouldFlushAsOftenAsAsked() {
        store.flush();
        save(ACTOR, 1);
        store.flush();
        store.flush();
        save(ACTOR, 2);

        assertThat(load(ACTOR, 2).sequenceNumber()).isEqualTo(2);
    }

    @Test
    void shouldCloseTwiceAndThenRefuse() {
        save(ACTOR, 1);
        SnapshotStore closed = store;
        closed.close();
        closed.close();

        assertThatThrownBy(() -> closed.save(snapshot(ACTOR, 2, "late"))).isInstanceOf(SnapshotException.class);
        assertThatThrownBy(() -> closed.load(ACTOR, 2)).isInstanceOf(SnapshotException.class);
        assertThatThrownBy(() -> closed.sequenceNumbers(ACTOR)).isInstanceOf(SnapshotException.class);
        assertThatThrownBy(() -> closed.prune(ACTOR, 0)).isInstanceOf(SnapshotException.class);
        assertThatThrownBy(closed::flush).isInstanceOf(SnapshotException.class);

        store = openStore();
        assertThat(store.sequenceNumbers(ACTOR)).containsExactly(1L);
    }

    @Test
    void shouldServeSeveralThreads() throws Exception {
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            PersistenceId id = new PersistenceId("contract", "thread-" + thread);
            tasks.add(() -> {
                for (long number = 1; number <= 100; number++) {
                    save(id, number);
                    assertThat(load(id, Long.MAX_VALUE)).isEqualTo(snapshot(id, number, "state " + number));
                    store.prune(id, 2);
                }
                return load(id, Long.MAX_VALUE).sequenceNumber();
            });
        }

        assertThat(JournalFixture.together(tasks)).containsOnly(100L);
        assertThat(store.sequenceNumbers(new PersistenceId("contract", "thread-3")))
                .containsExactly(100L, 99L);
    }
}
