package io.stele.snapshot;

import static io.stele.snapshot.TestSnapshots.ACCOUNT;
import static io.stele.snapshot.TestSnapshots.assertGenuine;
import static io.stele.snapshot.TestSnapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.snapshot.RocksDatabase.Family;
import io.stele.snapshot.SnapshotLayout.DamagedException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredType;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;

/** Damages the stored value behind the store's back. */
final class SnapshotDamageTest {

    @TempDir
    private Path directory;

    private static final PersistenceId OTHER = new PersistenceId("bank-account", "43");

    @Test
    @Fault("F19")
    void shouldRefuseEverySingleFlippedBitOfKeyAndValue() {
        byte[] key = SnapshotLayout.key(ACCOUNT, 7);
        byte[] value = SnapshotLayout.encode(key, snapshot(7));
        for (int bit = 0; bit < (key.length + value.length) * Byte.SIZE; bit++) {
            byte[] whole = ByteBuffer.allocate(key.length + value.length)
                    .put(key)
                    .put(value)
                    .array();
            whole[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            byte[] damagedKey = Arrays.copyOf(whole, key.length);
            byte[] damagedValue = Arrays.copyOfRange(whole, key.length, whole.length);

            assertThatThrownBy(() -> SnapshotLayout.decode(ACCOUNT, damagedKey, damagedValue))
                    .as("bit=%d", bit)
                    .isInstanceOf(DamagedException.class);
        }
    }

    @Test
    void shouldRefuseEveryLengthButItsOwn() throws DamagedException {
        byte[] key = SnapshotLayout.key(ACCOUNT, 7);
        byte[] value = SnapshotLayout.encode(key, snapshot(7));
        for (int lengthBytes = 0; lengthBytes < value.length + 64; lengthBytes++) {
            byte[] damaged = Arrays.copyOf(value, lengthBytes);
            if (lengthBytes != value.length) {
                assertThatThrownBy(() -> SnapshotLayout.decode(ACCOUNT, key, damaged))
                        .as("lengthBytes=%d", lengthBytes)
                        .isInstanceOf(DamagedException.class);
            }
        }
        assertThat(SnapshotLayout.decode(ACCOUNT, key, value)).isEqualTo(snapshot(7));
    }

    /** The layout is on people's disks: this test may only ever get new cases. */
    @Test
    void shouldKeepTheLayoutForEver() throws DamagedException {
        Snapshot snapshot = new Snapshot(
                ACCOUNT,
                7,
                0x0102030405060708L,
                1_700_000_000_000L,
                new StoredType("account", 258),
                ByteBuffer.wrap(new byte[] {1, 2, 3}),
                ByteBuffer.wrap(new byte[] {9}));
        Snapshot fingerprinted = new Snapshot(
                ACCOUNT,
                7,
                snapshot.position(),
                snapshot.timestampMs(),
                snapshot.type(),
                0x1112131415161718L,
                snapshot.payload(),
                snapshot.attachment());
        byte[] key = SnapshotLayout.key(ACCOUNT, 7);

        assertThat(HexFormat.of().formatHex(key)).isEqualTo("62616e6b2d6163636f756e742f343200fffffffffffffff8");
        String first = "5354534e01000201070000000000000008070605040302010068e5cf8b010000"
                + "1d80bc551ef230f1000000000000000003000000010000000700000000000000"
                + "6163636f756e74010203099c35684e";
        String second = "5354534e02000201070000000000000008070605040302010068e5cf8b010000"
                + "1d80bc551ef230f1181716151413121103000000010000000700000100000000"
                + "6163636f756e7401020309032b4f60";
        assertThat(SnapshotLayout.decode(ACCOUNT, key, HexFormat.of().parseHex(first)))
                .as("format version 1")
                .isEqualTo(snapshot);
        assertThat(SnapshotLayout.decode(ACCOUNT, key, HexFormat.of().parseHex(second)))
                .as("format version 2")
                .isEqualTo(fingerprinted);
        assertThat(HexFormat.of().formatHex(SnapshotLayout.encode(key, fingerprinted)))
                .isEqualTo(second);
    }

    @Test
    void shouldTellWhichVersionHasWritten() throws IOException {
        int writer = SnapshotLayout.WRITER_VERSION;

        assertThat(Files.readString(Path.of("pom.xml")))
                .contains("<version>" + (writer & 0xff) + "." + (writer >>> 8 & 0xff) + "." + (writer >>> 16));
    }

    @Test
    void shouldPassOverDamagedOnesWithOneWarningEach() throws RocksDBException {
        try (TestDatabase database = new TestDatabase(directory);
                LogCapture log = new LogCapture(RocksSnapshotStore.class)) {
            RocksSnapshotStore store = database.snapshots();
            for (long sequenceNumber = 1; sequenceNumber <= 4; sequenceNumber++) {
                store.save(snapshot(sequenceNumber));
            }
            database.flipBit(4);
            database.flipBit(2);

            assertThat(store.load(ACCOUNT, 4)).contains(snapshot(3));
            assertThat(store.load(ACCOUNT, 2)).contains(snapshot(1));
            assertThat(store.rejectedCount()).isEqualTo(2);
            assertThat(log.messages()).hasSize(2);
            assertThat(log.messages().get(0))
                    .contains("persistenceId=bank-account/42", "sequenceNumber=4", "reason=checksum differs")
                    .doesNotContain("\n");
            assertThat(store.sequenceNumbers(ACCOUNT))
                    .as("still listed, newest first")
                    .containsExactly(4L, 3L, 2L, 1L);
        }
    }

    @Test
    void shouldFindNothingWhenAllAreDamaged() throws RocksDBException {
        try (TestDatabase database = new TestDatabase(directory)) {
            database.snapshots().save(snapshot(1));
            database.flipBit(1);

            assertThat(database.snapshots().load(ACCOUNT, 9)).isEmpty();
            assertThat(database.snapshots().rejectedCount()).isEqualTo(1);
        }
    }

    @Test
    @Fault("F19")
    void shouldPassOverOneThatStandsUnderAnotherKey() throws RocksDBException {
        try (TestDatabase database = new TestDatabase(directory)) {
            RocksSnapshotStore store = database.snapshots();
            store.save(snapshot(1));
            store.save(snapshot(OTHER, 2, 10));
            database.put(SnapshotLayout.key(ACCOUNT, 2), database.get(SnapshotLayout.key(OTHER, 2)));
            database.put(SnapshotLayout.key(ACCOUNT, 3), database.get(SnapshotLayout.key(ACCOUNT, 1)));

            assertThat(store.load(ACCOUNT, 9)).contains(snapshot(1));
            assertThat(store.rejectedCount()).isEqualTo(2);
        }
    }

    @Test
    @Fault("F19")
    void shouldPassOverOneFromALaterVersion() throws RocksDBException {
        try (TestDatabase database = new TestDatabase(directory)) {
            RocksSnapshotStore store = database.snapshots();
            store.save(snapshot(1));
            store.save(snapshot(2));
            store.save(snapshot(3));
            database.overwriteWithValidChecksum(2, 4, (byte) (SnapshotLayout.FORMAT_VERSION + 1));
            database.overwriteWithValidChecksum(3, 5, (byte) 1);

            assertThat(store.load(ACCOUNT, 9)).contains(snapshot(1));
            assertThat(store.rejectedCount()).isEqualTo(2);
        }
    }

    @Test
    void shouldStillPruneAndOverwriteDamagedOnes() throws RocksDBException {
        try (TestDatabase database = new TestDatabase(directory)) {
            RocksSnapshotStore store = database.snapshots();
            store.save(snapshot(1));
            store.save(snapshot(2));
            database.flipBit(1);
            database.flipBit(2);

            store.save(snapshot(2));
            store.prune(ACCOUNT, 1);

            assertThat(store.sequenceNumbers(ACCOUNT)).containsExactly(2L);
            assertGenuine(store.load(ACCOUNT, 9).orElseThrow());
        }
    }

    /** A store whose values can be changed without it. */
    private static final class TestDatabase implements AutoCloseable {
        private final RocksDatabase database;
        private final RocksSnapshotStore snapshots;

        TestDatabase(Path directory) throws RocksDBException {
            database = RocksDatabase.open(
                    SnapshotStoreOptions.of(directory), false, WALRecoveryMode.TolerateCorruptedTailRecords);
            snapshots = new RocksSnapshotStore(database);
        }

        RocksSnapshotStore snapshots() {
            return snapshots;
        }

        void flipBit(long sequenceNumber) throws RocksDBException {
            byte[] key = SnapshotLayout.key(ACCOUNT, sequenceNumber);
            byte[] value = get(key);
            value[value.length / 2] ^= 8;
            put(key, value);
        }

        void overwriteWithValidChecksum(long sequenceNumber, int at, byte with) throws RocksDBException {
            byte[] key = SnapshotLayout.key(ACCOUNT, sequenceNumber);
            byte[] value = get(key);
            value[at] = with;
            CRC32C crc = new CRC32C();
            crc.update(key);
            crc.update(value, 0, value.length - 4);
            ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).putInt(value.length - 4, (int) crc.getValue());
            put(key, value);
        }

        byte[] get(byte[] key) throws RocksDBException {
            byte[] value = database.get(Family.SNAPSHOTS, key);
            assertThat(value).isNotNull();
            return value == null ? new byte[0] : value;
        }

        void put(byte[] key, byte[] value) throws RocksDBException {
            database.put(Family.SNAPSHOTS, key, value);
        }

        @Override
        public void close() throws RocksDBException {
            database.close(Family.INDEX);
            database.close(Family.SNAPSHOTS);
        }
    }
}
