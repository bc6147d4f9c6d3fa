package io.stele.remote;

import io.netty.buffer.ByteBuf;
import java.util.Collection;

/**
 * Turns messages into the bodies of frames and back. Only classes that were registered travel; the name of a class is compared,
 * never loaded.
 *
 * <h2>Threads</h2>
 * Any thread may call any method; what is not thread-safe inside is pooled.
 *
 * <h2>Failure</h2>
 * Whatever the bytes are, {@link #decode} ends with a message or with a {@link MessageRefusedException}, in time and memory that
 * are proportional to the frame.
 */
interface MessageCodec {

    /**
     * Returns a codec for the classes and everything that their components lead to.
     *
     * @param types records, enums, sealed interfaces of these; numbers, texts, lists and the like are always known
     * @param refs writes and reads the addresses of actors inside messages
     * @throws IllegalArgumentException if a class cannot travel, or two have one stored name; names them
     */
    static MessageCodec of(Collection<Class<?>> types, RefResolver refs, MessageLimits limits) {
        return new KryoMessageCodec(types, refs, limits);
    }

    /** Returns what this node knows, to be sent in the handshake. Always the same. */
    SchemaTable local();

    /**
     * Returns how to talk to a node that knows {@code theirs}: what is the same on both sides goes by number and position, what
     * differs by name. Once per association; keep it as long as that.
     */
    PeerSchema negotiate(SchemaTable theirs);

    /**
     * Appends the body of a frame.
     *
     * @param target its writer index moves; it grows where it is too small
     * @throws MessageRefusedException if a class is not registered or not known to the peer, a value cannot be written, or the body
     *     would be larger than {@link MessageLimits#bodyBytesMax()}; the target's writer index is where it was
     */
    void encode(Object message, PeerSchema peer, ByteBuf target);

    /**
     * Encodes a message that goes to many, or many times: it is written once and its bytes are copied from then on. The message must
     * not change any more. Not for messages whose encoding depends on the receiver, apart from what the peers know.
     */
    EncodedMessage encodeOnce(Object message);

    /**
     * Reads a body.
     *
     * @param source its reader index moves by {@code length} if a message is returned, and is undefined otherwise
     * @param length how many bytes the body has
     * @throws MessageRefusedException if the bytes are not a message that this node takes; never an error, never anything else
     */
    Object decode(ByteBuf source, int length, PeerSchema peer);

    /** As {@link #of}, for the codec of a test or a bench that sends no addresses. */
    static MessageCodec of(Collection<Class<?>> types) {
        return of(types, RefResolver.NONE, MessageLimits.DEFAULT);
    }
}
