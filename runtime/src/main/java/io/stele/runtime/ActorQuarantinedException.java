package io.stele.runtime;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The command was not carried out: its actor is in quarantine, because one of its stored events cannot be applied. Its history is
 * complete and unchanged, and other actors are served. See {@link Quarantine} for the ways out.
 */
public final class ActorQuarantinedException extends ActorException {
    private final transient Quarantined quarantined;

    ActorQuarantinedException(Quarantined quarantined, @Nullable Throwable cause) {
        super(
                "actor is in quarantine, an event of it cannot be applied: persistenceId="
                        + quarantined.persistenceId() + ", sequenceNumber=" + quarantined.sequenceNumber() + ", type="
                        + quarantined.type().name() + ", version="
                        + quarantined.type().version() + ", cause=" + quarantined.cause() + ", since="
                        + Instant.ofEpochMilli(quarantined.sinceMs())
                        + "; its history is unchanged and others are served; run: stele state "
                        + quarantined.persistenceId() + " --at " + (quarantined.sequenceNumber() - 1)
                        + ", repair the event handler, then call system.quarantine().retry",
                cause);
        this.quarantined = quarantined;
    }

    /** Returns what is known about it. */
    public Quarantined quarantined() {
        return quarantined;
    }
}
