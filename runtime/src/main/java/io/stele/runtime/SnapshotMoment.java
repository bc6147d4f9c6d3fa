package io.stele.runtime;

/** Where an actor stands when its {@link SnapshotPolicy} is asked. A view that is valid only during the call. */
public interface SnapshotMoment {

    /** Returns the number of the actor's last event. */
    long sequenceNumber();

    /** Returns how many events have been stored since the last snapshot, or since the first event; at least 1. */
    long eventsSinceSnapshot();

    /** Returns how many bytes they take when encoded, what is stored beside them not included. */
    long bytesSinceSnapshot();

    /** Returns the state after the last event. */
    Object state();

    /** Returns the last event. */
    Object event();

    /**
     * Returns how long replaying the events since the last snapshot would take, as far as is known: their bytes at what reading
     * and decoding one has cost, and the events at what applying one has cost. 0 or above.
     */
    long predictedReplayNs();

    /** Returns {@link #predictedReplayNs} and what looking up and loading have cost. */
    long predictedRecoveryNs();
}
