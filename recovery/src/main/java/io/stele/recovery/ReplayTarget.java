package io.stele.recovery;

import io.stele.spi.Snapshot;
import io.stele.spi.StoredEvent;
import java.util.List;

/**
 * What a recovery builds up: a state, most of the time. Called on the thread that recovers, first {@link #onSnapshot} at most
 * once, then events and notes in order.
 */
public interface ReplayTarget {

    /**
     * Returns whether to start from a snapshot whose {@link Snapshot#schemaFingerprint()} is not that of today, as far as the
     * codec can read it. Where the codec fills in what a new component might be, the events know what it is: so if not, such a
     * snapshot is used only where the journal no longer has the events.
     */
    default boolean usesEvolvedSnapshots() {
        return false;
    }

    /**
     * Starts from a snapshot instead of from nothing.
     *
     * @param snapshot valid only during the call
     * @param state the decoded state
     */
    void onSnapshot(Snapshot snapshot, Object state);

    /**
     * Applies one event. If it throws, the target is as it was before.
     *
     * @param stored valid only during the call
     * @param event the decoded event
     */
    void onEvent(StoredEvent stored, Object event);

    /**
     * Applies what {@link Upcasters} made of one stored event, instead of {@link #onEvent}: all of it, or nothing if that throws. To
     * be overridden by whoever does something once per stored event, since this calls {@link #onEvent} once for each, and not at all for none.
     *
     * @param stored valid only during the call
     * @param events none, one or several
     */
    default void onUpcast(StoredEvent stored, List<?> events) {
        events.forEach(event -> onEvent(stored, event));
    }

    /** Takes one note. */
    void onNote(StoredEvent note);

    /**
     * Passes over an event that somebody has decided to leave out: its number is used up, and the state stays as it is.
     *
     * @param stored valid only during the call
     */
    default void onSkipped(StoredEvent stored) {}

    /** Forgets everything: the recovery begins again, because an event that was applied turned out to be one to leave out. */
    default void onRestart() {
        throw new UnsupportedOperationException("this target cannot leave events out");
    }
}
