package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.stele.runtime.ActorRef;
import io.stele.runtime.DeadLetter;
import io.stele.runtime.Gateway;
import io.stele.runtime.PendingReply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes from a peer for those who wait for a reply.
 *
 * <p>Confined to the loop of its connection.
 */
final class InboundReplies {
    private static final Logger LOG = LoggerFactory.getLogger(InboundReplies.class);

    private final RemoteNode node;
    private final Association known;
    private final PeerSchema schema;

    InboundReplies(RemoteNode node, Association peer, PeerSchema schema) {
        this.node = node;
        this.known = peer;
        this.schema = schema;
    }

    private Object decode(ByteBuf frame) {
        return node.codec().decode(frame, frame.readableBytes(), schema);
    }

    @SuppressWarnings("unchecked")
    void onTell(long id, ByteBuf frame) {
        ReplyTable.Slot slot = node.replies().find(id);
        Object message;
        try {
            message = decode(frame);
        } catch (MessageRefusedException e) {
            node.onRefused(known.peer(), "reply/" + id, String.valueOf(e.getMessage()));
            if (slot instanceof ReplyTable.Waiting<?> waiting && node.replies().remove(waiting)) {
                waiting.pending.fail(e);
            }
            return;
        }
        boolean taken = false;
        if (slot instanceof ReplyTable.Waiting<?> waiting) {
            taken = node.replies().remove(waiting);
            if (taken) {
                waiting.pending.reply(message);
            }
        } else if (slot instanceof ReplyTable.Exported exported) {
            exported.usedNs = node.clock().nanoTime();
            taken = ((ActorRef<Object>) exported.ref).tell(message);
        }
        if (!taken) {
            node.gateway().deadLetter(message, "reply/" + id, DeadLetter.Reason.STOPPED);
        }
    }

    private ReplyTable.@Nullable Waiting<?> takeWaiting(long id) {
        return node.replies().find(id) instanceof ReplyTable.Waiting<?> waiting
                        && waiting.peer == known
                        && node.replies().remove(waiting)
                ? waiting
                : null;
    }

    void onReply(int flags, ByteBuf frame) {
        ReplyTable.Waiting<?> waiting = takeWaiting(Frames.readVarint(frame));
        if (waiting == null) {
            return; // too late; whoever waited has been told so
        }
        PendingReply<?> pending = waiting.pending;
        if ((flags & Frames.FILLED) == 0) {
            pending.reply(null);
            return;
        }
        try {
            pending.reply(decode(frame));
        } catch (MessageRefusedException e) {
            pending.fail(e);
        }
    }

    void onFailure(int flags, ByteBuf frame) {
        ReplyTable.Waiting<?> waiting = takeWaiting(Frames.readVarint(frame));
        Frames.require(frame, 1);
        Gateway.Failure why = Gateway.Failure.of(frame.readByte());
        String sentence = Frames.readText(frame);
        if (waiting == null) {
            return;
        }
        Object reason = null;
        try {
            reason = (flags & Frames.FILLED) == 0 ? null : decode(frame);
        } catch (MessageRefusedException e) {
            LOG.debug("reason of a rejection cannot be read: peer={}, reason={}", known.peer(), e.getMessage());
        }
        waiting.pending.fail(why.exception(sentence, reason));
    }
}
