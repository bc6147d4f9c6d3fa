package io.stele.runtime;

/** What happens when recovery comes to another state than the one whose hash stands in the journal. */
public enum StateHashCheck {
    /** Hashes are not looked at. */
    OFF,

    /** It is logged, and the actor goes on with what recovery has come to. */
    WARN,

    /** The actor stays out of service: {@link io.stele.recovery.StateMismatchException}. */
    REFUSE
}
