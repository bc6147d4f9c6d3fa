package io.stele.remote;

/** What a connection is for, so that neither waits for the other. Numbers stand in handshakes and are for ever. */
public enum StreamKind {
    /** Heartbeats, death watch, listings: never behind messages. */
    CONTROL(1),
    /** Messages. */
    ORDINARY(2),
    /** Messages for actors that take large ones: see {@link RemoteOptions.Builder#largeMessagesTo}. */
    LARGE(3);

    final int number;

    StreamKind(int number) {
        this.number = number;
    }

    /** Returns its place among the streams of a peer, from 0. */
    int index() {
        return number - 1;
    }

    static StreamKind of(int number) {
        for (StreamKind kind : values()) {
            if (kind.number == number) {
                return kind;
            }
        }
        throw new ProtocolException("kind of stream is not known: kind=" + number);
    }
}
