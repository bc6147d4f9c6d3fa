package io.stele.runtime;

/** What a system goes through when it closes, in this order. */
public enum ShutdownPhase {
    /** Nothing has changed yet: the place to stop taking requests from outside. Actors still answer. */
    ANNOUNCE,
    /** No message for a persistent actor is taken any more; every one that was accepted is handled and answered. */
    FINISH,
    /** Plain actors stop, children before their parents. */
    STOP,
    /** Workers end, whoever still waits is told so, snapshots and stores are closed. */
    CLOSE,
    /** Everything is closed: the place for what comes last. */
    AFTER
}
