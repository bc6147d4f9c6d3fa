package io.stele.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Snapshots whose content follows from their persistence id and sequence number, so that wrong data is recognized. */
final class TestSnapshots {

    static final PersistenceId ACCOUNT = new PersistenceId("bank-account", "42");

    private TestSnapshots() {}

    /** As small as can be: RocksDB reserves room for its log by this, which costs time where files live in memory. */
    static SnapshotStoreOptions smallOptions(Path directory) {
        return SnapshotStoreOptions.of(directory).withMemoryBytes(SnapshotStoreOptions.MEMORY_BYTES_MIN);
    }

    static Snapshot snapshot(PersistenceId persistenceId, long sequenceNumber, int payloadBytes) {
        SplittableRandom random = new SplittableRandom(persistenceId.hashCode() * 31L + sequenceNumber);
        byte[] payload = new byte[payloadBytes];
        byte[] attachment = new byte[random.nextInt(32)];
        random.nextBytes(payload);
        random.nextBytes(attachment);
        return new Snapshot(
                persistenceId,
                sequenceNumber,
                sequenceNumber * 1_000,
                sequenceNumber + 7,
                new StoredType("account", 1 + (int) (sequenceNumber % 3)),
                random.nextLong(),
                ByteBuffer.wrap(payload),
                ByteBuffer.wrap(attachment));
    }

    static Snapshot snapshot(long sequenceNumber) {
        return snapshot(ACCOUNT, sequenceNumber, 100);
    }

    /** Checks every part, and that the snapshot is the one which {@link #snapshot} makes for its number. */
    static void assertGenuine(Snapshot loaded) {
        Snapshot expected = snapshot(
                loaded.persistenceId(),
                loaded.sequenceNumber(),
                loaded.payload().remaining());
        assertThat(loaded).as("sequenceNumber=%d", loaded.sequenceNumber()).isEqualTo(expected);
    }
}
