package io.stele.recovery;

import io.stele.spi.PersistenceId;
import org.jspecify.annotations.Nullable;

/**
 * One of several actors that are recovered together, and what became of it: see {@link Recovery#recoverAll}.
 *
 * <p>Confined to the thread that recovers.
 */
public final class RecoveryRequest {
    private final PersistenceId persistenceId;
    private final ReplayTarget target;
    private @Nullable RecoveryReport report;
    private @Nullable RuntimeException failure;

    /** Asks for an actor's whole history to be fed to {@code target}, which must know {@link ReplayTarget#onRestart}. */
    public RecoveryRequest(PersistenceId persistenceId, ReplayTarget target) {
        this.persistenceId = persistenceId;
        this.target = target;
    }

    /** Returns who is to be recovered. */
    public PersistenceId persistenceId() {
        return persistenceId;
    }

    ReplayTarget target() {
        return target;
    }

    /** Returns what was found and done; null if it failed, or is yet to come. */
    public @Nullable RecoveryReport report() {
        return report;
    }

    /** Returns what {@link Recovery#recover} would have thrown; null if it has not failed. */
    public @Nullable RuntimeException failure() {
        return failure;
    }

    void onRecovered(RecoveryReport done) {
        report = done;
    }

    void onFailed(RuntimeException reason) {
        failure = reason;
    }
}
