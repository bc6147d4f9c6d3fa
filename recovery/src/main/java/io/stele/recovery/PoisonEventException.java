package io.stele.recovery;

import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;

/**
 * An event is in the journal as it was written, but cannot be applied: no class is known for it, or its handler throws. Its actor
 * cannot be brought back by this program; another version of it may be able to. Nothing was changed on disk.
 */
public final class PoisonEventException extends RecoveryException {
    private final transient PersistenceId persistenceId;
    private final long sequenceNumber;
    private final long position;
    private final long timestampMs;
    private final transient StoredType type;

    PoisonEventException(StoredEvent event, Throwable cause) {
        super(
                "event cannot be replayed: persistenceId=" + event.persistenceId() + ", sequenceNumber="
                        + event.sequenceNumber() + ", type=" + event.type().name() + ", version="
                        + event.type().version() + ", reason="
                        + (cause instanceof SteleException ? cause.getMessage() : cause)
                        + "; this actor stays out of service, others are not affected; run: stele show "
                        + event.persistenceId(),
                cause);
        persistenceId = event.persistenceId();
        sequenceNumber = event.sequenceNumber();
        position = event.position();
        timestampMs = event.timestampMs();
        type = event.type();
    }

    /** Returns whose event it is. */
    public PersistenceId persistenceId() {
        return persistenceId;
    }

    /** Returns its number. */
    public long sequenceNumber() {
        return sequenceNumber;
    }

    /** Returns the position of its record in its lane. */
    public long position() {
        return position;
    }

    /** Returns when it happened, in milliseconds since 1970. */
    public long timestampMs() {
        return timestampMs;
    }

    /** Returns the name and version it was stored under. */
    public StoredType type() {
        return type;
    }
}
