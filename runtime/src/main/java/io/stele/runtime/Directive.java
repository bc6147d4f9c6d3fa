package io.stele.runtime;

/** What becomes of an actor that has failed. */
public enum Directive {
    /** It goes on with the next message and the state that it has. Never after a failure of the journal: that restarts. */
    RESUME,
    /** It starts again: a persistent actor from its journal, a plain one with a new object, its children stopped before. */
    RESTART,
    /** Its life ends. Messages that wait fail with {@link ActorStoppedException}. */
    STOP,
    /** It is its parent that has failed, with the same cause. Where there is no parent the actor stops and the system is told. */
    ESCALATE
}
