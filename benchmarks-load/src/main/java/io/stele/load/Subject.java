package io.stele.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * An actor system, as the loads see it: each implementation does what is asked in the way that its own documentation calls fastest.
 * Used for one load, then closed.
 */
public interface Subject extends AutoCloseable {

    /** Starts one actor for each of {@code onMessage}, which runs that whenever it gets a message. */
    Sender counters(List<Runnable> onMessage);

    /** Starts pairs of actors that send one another a message for ever; one of each pair runs {@code onRoundTrip} each time. */
    void pingPong(int pairs, Runnable onRoundTrip);

    /** Starts one actor that replies at once. */
    Caller echo();

    /** Has one actor start {@code count} children, each of which runs {@code onStarted} once. */
    void spawn(int count, Runnable onStarted);

    /**
     * Starts actors that store an event of 100 bytes per command, and reply once it is stored.
     *
     * @param directory empty
     */
    Caller accounts(int count, Storage storage, Path directory) throws IOException;

    /**
     * Stores the histories of accounts, each of {@code events} events of 100 bytes, where the fastest way to come back is. They are
     * complete once this subject has been closed.
     *
     * @param directory empty
     */
    void fill(int actors, int events, Path directory) throws IOException, InterruptedException;

    /** Opens what {@link #fill} has stored. None of the accounts is in memory. */
    Returning returning(int actors, Path directory) throws IOException;

    @Override
    void close();

    /** What an account's reply survives. */
    enum Storage {
        /** Nothing: events stay in memory. */
        MEMORY,
        /** The death of the process. */
        PROCESS_CRASH,
        /** A power cut. */
        POWER_LOSS,
        /** A power cut; in the way that pipelines most, where there are several. */
        POWER_LOSS_PIPELINED
    }

    /** Sends messages that nobody answers. */
    @FunctionalInterface
    interface Sender {
        /** Sends one to an actor; false if it was not taken. */
        boolean send(int actor);
    }

    /** Brings accounts back. */
    interface Returning {
        /**
         * Asks all accounts at once how many events they have had, so that each comes back, and has each leave memory behind its
         * reply.
         *
         * @return the sum, once all have replied
         */
        long askAll() throws InterruptedException;

        /** Waits until all of them have left. */
        void awaitGone() throws InterruptedException;
    }

    /** Sends messages that are answered. */
    interface Caller {
        /** Sends one, and runs {@code onReply} when the reply is there, on whatever thread. */
        void call(int actor, Runnable onReply);

        /** Sends one and waits for the reply. */
        void callAndWait(int actor);
    }
}
