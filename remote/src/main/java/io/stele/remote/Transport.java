package io.stele.remote;

import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries frames between nodes, and runs what has to do with them.
 *
 * <p>A connection delivers whole frames, in order and once, until it is cut, which may be at any time and is noticed or not. What is
 * built on it holds as well where frames are lost, repeated or overtake each other: every frame has a number, and one that does not fit
 * ends its connection.
 */
interface Transport extends AutoCloseable {

    /** One thread, or something that behaves so: what is executed there happens one after the other. */
    interface Loop {
        boolean isHere();

        void execute(Runnable task);

        void schedule(Runnable task, long delayNs);
    }

    /** One connection. Confined to its loop. */
    interface Connection {
        /** Sends frames, the ownership of which goes over. */
        void send(ByteBuf frames);

        /** Returns a buffer to put frames into. */
        ByteBuf buffer(int capacityBytes);

        /** Returns whether more should be sent now; {@link Handler#onWritable} says when that changes. */
        boolean isWritable();

        /** Raises the largest frame that is taken. */
        void frameBytesMax(int value);

        /** Closes it, after what was sent. {@link Handler#onClosed} follows. */
        void close();

        Loop loop();

        /** Returns who is at the other end, for messages. */
        String remote();

        /** Returns the id of the node that the other end has proved to be; null where nothing is proved. */
        default @Nullable String provenNode() {
            return null;
        }
    }

    /** Hears of one connection, on its loop. */
    interface Handler {
        void onOpen(Connection connection);

        /**
         * Takes one frame.
         *
         * @param frame from its reader to its writer index, without its length; valid only during the call
         */
        void onFrame(Connection connection, ByteBuf frame);

        /** No further frame is there for now. */
        default void onPause(Connection connection) {}

        default void onWritable(Connection connection) {}

        /** It is over, or never was. Called once. */
        void onClosed(@Nullable Connection connection, String reason);
    }

    /** Returns a loop for something new. */
    Loop loop();

    /**
     * Starts to listen.
     *
     * @return where
     * @throws RemoteException if that is not possible
     */
    Endpoint listen(Endpoint at, Supplier<? extends Handler> handlers);

    /**
     * Opens a connection. Any thread.
     *
     * @param node who is expected there
     */
    void dial(Loop loop, Endpoint to, String node, Handler handler);

    @Override
    void close();
}
