package io.stele.load;

import java.io.IOException;

/**
 * A node, as the loads between two JVMs see it. Either it serves, or it connects to one that does. Used for one load, then closed.
 */
public interface RemoteSubject extends AutoCloseable {

    /** How many bytes every message carries. */
    int PAYLOAD_BYTES = 100;

    /** After how many messages the counting actor reports. */
    int REPORT_EVERY = 1_000;

    /**
     * Starts a node with two actors: one that counts messages, and reports after every {@link #REPORT_EVERY} to whoever said hello; and
     * one that answers each message with one like it.
     *
     * @return the port of the loopback address where it listens
     */
    int serve() throws IOException;

    /** Starts a node that knows the other one, and says hello to its counting actor. Returns once that has answered. */
    void connect(int port, OnReport onReport) throws IOException, InterruptedException;

    /** Sends a message to the actor that counts; returns false if it was not taken. One thread at a time. */
    boolean tell();

    /** As {@link #tell}, but numbered, acknowledged and repeated if need be; where there is such a thing. */
    default boolean tellReliably() {
        throw new UnsupportedOperationException("subject has no reliable messages");
    }

    /** Sends a message to the other actor; runs {@code onReply} when its answer is there. Any thread. */
    void ask(Runnable onReply);

    /** Returns whether the other node counts as reachable. */
    default boolean isConnected() {
        throw new UnsupportedOperationException("subject does not tell");
    }

    @Override
    void close();

    /** Hears what the other side has got. */
    @FunctionalInterface
    interface OnReport {

        /**
         * Takes a report.
         *
         * @param count how many messages were counted since the hello
         * @param allocatedBytes what all threads over there have allocated so far; 0 where nobody counts that
         */
        void onReport(long count, long allocatedBytes);
    }
}
