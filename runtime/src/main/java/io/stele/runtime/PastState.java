package io.stele.runtime;

import io.stele.recovery.RecoveryReport;
import io.stele.spi.PersistenceId;

/**
 * An actor's state as it was.
 *
 * @param persistenceId whose
 * @param sequenceNumber the last event in it; 0 if there is none
 * @param timestampMs when that happened, in milliseconds since 1970; when the snapshot was taken, if that is all it is made of; 0 if
 *     there is no event
 * @param state the state
 * @param report what it took to work it out
 * @param <S> state
 */
public record PastState<S>(
        PersistenceId persistenceId, long sequenceNumber, long timestampMs, S state, RecoveryReport report) {}
