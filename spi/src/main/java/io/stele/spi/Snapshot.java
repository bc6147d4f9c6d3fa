package io.stele.spi;

import java.nio.ByteBuffer;

/**
 * An actor's state at a sequence number, encoded.
 *
 * @param persistenceId whose state
 * @param sequenceNumber the last event that it includes, at least 1
 * @param position the position of that event's record in its lane
 * @param timestampMs when it was taken, in milliseconds since 1970
 * @param type the name and version that the state is stored under
 * @param schemaFingerprint what {@link PayloadCodec#fingerprint} said of that type when the state was encoded; 0 if not known
 * @param payload the encoded state, from position to limit; not copied, so leave it as it is
 * @param attachment what else the runtime carries along (the deduplication window); may be empty; not copied
 */
public record Snapshot(
        PersistenceId persistenceId,
        long sequenceNumber,
        long position,
        long timestampMs,
        StoredType type,
        long schemaFingerprint,
        ByteBuffer payload,
        ByteBuffer attachment) {

    /** Checks the sequence number. */
    public Snapshot {
        if (sequenceNumber < 1) {
            throw new IllegalArgumentException("snapshot must include an event: persistenceId=" + persistenceId
                    + ", sequenceNumber=" + sequenceNumber);
        }
    }

    /** A snapshot of a state whose {@link #schemaFingerprint()} is not known. */
    @SuppressWarnings("checkstyle:ParameterNumber") // the record's own components
    public Snapshot(
            PersistenceId persistenceId,
            long sequenceNumber,
            long position,
            long timestampMs,
            StoredType type,
            ByteBuffer payload,
            ByteBuffer attachment) {
        this(persistenceId, sequenceNumber, position, timestampMs, type, 0, payload, attachment);
    }

    /** Returns the {@link StateHash} of the payload. O(size). */
    public long stateHash() {
        return StateHash.of(payload);
    }
}
