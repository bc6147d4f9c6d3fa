package io.stele.spi;

import java.nio.ByteBuffer;

/**
 * One event as it stands in the journal. A view that moves: everything it returns is valid only until the reader that was
 * handed it returns, the {@link StoredType} and the {@link PersistenceId} excepted.
 */
public interface StoredEvent {

    /** Returns whose event it is. */
    PersistenceId persistenceId();

    /** Returns its number, 1, 2, 3 … per persistence id. For a note: the number of the last event before it. */
    long sequenceNumber();

    /** Returns the position of its record in its lane, above 0. All events of one batch share it. */
    long position();

    /** Returns when it happened, in milliseconds since 1970, by the writer's clock. */
    long timestampMs();

    /** Returns the epoch of the writer: it grows by at least one with every opening of the journal. */
    long epoch();

    /** Returns its index in its batch, from 0. */
    int batchIndex();

    /** Returns how many events its batch has; 0 for a note. */
    int batchCount();

    /** Returns the name and version it was stored under. */
    StoredType type();

    /** Returns its encoded form, read-only, little-endian, from position to limit. */
    ByteBuffer payload();

    /** Returns the metadata of its batch, read-only, little-endian, from position to limit; empty if there is none. */
    ByteBuffer metadata();
}
