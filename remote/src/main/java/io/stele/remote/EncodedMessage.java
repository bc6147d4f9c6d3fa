package io.stele.remote;

import io.netty.buffer.ByteBuf;

/**
 * A message that is encoded once and sent often. Any thread.
 */
interface EncodedMessage {

    /** Returns the message. */
    Object message();

    /** Appends what {@link MessageCodec#encode} would have; throws as that does. */
    void writeTo(PeerSchema peer, ByteBuf target);
}
