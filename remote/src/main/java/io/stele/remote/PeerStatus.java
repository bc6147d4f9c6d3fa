package io.stele.remote;

import java.time.Duration;
import java.util.List;

/**
 * What is known of a peer, for whoever looks: metrics, a command line, an admin page.
 *
 * @param node its id
 * @param state how it is
 * @param incarnation which life of it; 0 if it was never met
 * @param endpoint the way to it that is tried or used; empty if none is known
 * @param phi how sure one may be that it is gone; see {@link RemoteOptions.Builder#heartbeat}
 * @param roundTrip of the last heartbeat; zero before the first
 * @param load how many messages wait over there, about
 * @param breaker state of the circuit breaker: CLOSED, OPEN or HALF_OPEN
 * @param failureRate of what the breaker looks at, in percent; −1 if it has seen too little
 * @param slowAfter an ask that takes longer counts as slow, by what is usual for this peer
 * @param streams its connections
 * @param unsent messages for it that became dead letters, since the start
 * @param unacknowledged reliable messages that it has not acknowledged
 */
public record PeerStatus(
        String node,
        State state,
        long incarnation,
        String endpoint,
        double phi,
        Duration roundTrip,
        int load,
        String breaker,
        float failureRate,
        Duration slowAfter,
        List<Stream> streams,
        long unsent,
        long unacknowledged) {

    /** How a peer is. */
    public enum State {
        /** Nothing was sent to it yet, or it was away for long and nothing waits for it. */
        IDLE,
        /** There is no connection, but it is not given up. */
        CONNECTING,
        /** It answers. */
        UP,
        /** It has not answered for so long that it counts as lost; it is tried again and again. */
        LOST
    }

    /**
     * One connection.
     *
     * @param kind what for
     * @param open whether it is open
     * @param waiting how many messages wait to be sent
     * @param waitingMax how many may
     * @param sent how many were sent
     * @param connections how many there were, one after the other
     * @param problem why the last one ended or could not be made; empty if all is well
     */
    public record Stream(
            StreamKind kind, boolean open, int waiting, int waitingMax, long sent, long connections, String problem) {}

    /** Copies the list. */
    public PeerStatus {
        streams = List.copyOf(streams);
    }
}
