package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.stele.runtime.ActorAddress;

/**
 * How a connection begins. What is said of the message types follows it: see {@link Frames}.
 *
 * @param kind what the connection is for
 * @param incarnation which life of its node
 * @param node who speaks
 * @param wanted who is meant
 * @param listens where others reach the node
 */
record Hello(StreamKind kind, long incarnation, String node, String wanted, Endpoint listens) {
    private static final int FIXED_BYTES = 4 + 2 + 1 + 8;

    /** Reads one. Throws {@link ProtocolException} or {@link IllegalArgumentException} if it is none. */
    static Hello read(ByteBuf frame) {
        Frames.require(frame, FIXED_BYTES);
        if (frame.readInt() != Frames.MAGIC) {
            throw new ProtocolException("this is not the protocol of Stele");
        }
        int protocol = frame.readUnsignedShort();
        if (protocol != Frames.PROTOCOL) {
            throw new ProtocolException("protocol is another: protocol=" + protocol + ", known=" + Frames.PROTOCOL);
        }
        StreamKind kind = StreamKind.of(frame.readByte());
        long incarnation = frame.readLong();
        String node = ActorAddress.checkNode(Frames.readText(frame));
        String wanted = ActorAddress.checkNode(Frames.readText(frame));
        String host = Frames.readText(frame);
        Frames.require(frame, 2);
        return new Hello(kind, incarnation, node, wanted, new Endpoint(host, frame.readUnsignedShort()));
    }

    void writeTo(ByteBuf body) {
        body.writeInt(Frames.MAGIC)
                .writeShort(Frames.PROTOCOL)
                .writeByte(kind.number)
                .writeLong(incarnation);
        Frames.writeText(body, node);
        Frames.writeText(body, wanted);
        Frames.writeText(body, listens.host());
        body.writeShort(listens.port());
    }
}
