package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.stele.runtime.ActorAddress;
import io.stele.runtime.AskTimeoutException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what goes out on one connection: see {@link Frames}. A frame that cannot be finished leaves no trace.
 *
 * <p>Confined to the loop of its stream.
 */
final class FrameWriter {
    private static final long NS_PER_MS = 1_000_000;

    private final Association association;
    private final List<RemoteTarget> numbered;
    private final int numberedMax;
    private final int frameBytesMax;
    private long connection;
    private int number;
    private long sentBytes;

    /** @param numbered those that have a number on this connection, from {@link Frames#TARGET_FIRST} on */
    FrameWriter(Association association, List<RemoteTarget> numbered, int numberedMax) {
        this.association = association;
        this.numbered = numbered;
        this.numberedMax = numberedMax;
        frameBytesMax = association.options().frameBytesMax;
    }

    /** Begins with a new connection. */
    void restart(long connectionCount) {
        connection = connectionCount;
        number = 0;
        sentBytes = 0;
    }

    /** Returns how many bytes of messages were written. */
    long sentBytes() {
        return sentBytes;
    }

    /** Writes a frame of the protocol's own, which needs no credit. */
    void writeOwn(ByteBuf target, byte type, Consumer<ByteBuf> body) {
        int start = Frames.begin(target, type, 0, ++number);
        body.accept(target);
        Frames.end(target, start);
    }

    /**
     * Writes a frame with a message.
     *
     * @return false if nobody needs it any more, and nothing was written
     * @throws MessageRefusedException if it cannot be written
     */
    boolean write(ByteBuf target, Outgoing outgoing, long nowNs) {
        int start = target.writerIndex();
        RemoteTarget to = outgoing.target;
        long definedBefore = to.definedOn;
        boolean written = false;
        try {
            if (outgoing instanceof Outgoing.Question question) {
                if (!writeQuestion(target, question, nowNs)) {
                    return false;
                }
            } else if (outgoing instanceof Outgoing.Answer answer) {
                writeAnswer(target, answer);
            } else if (outgoing instanceof Outgoing.Refusal refusal) {
                writeRefusal(target, refusal);
            } else {
                int flags = defines(to) ? Frames.DEFINES : 0;
                begin(target, Frames.TELL, flags, outgoing);
                writeTarget(target, to);
                encode(target, outgoing.message);
            }
            end(target, start);
            written = true;
            return true;
        } finally {
            if (!written) {
                undo(target, start, to, definedBefore);
            }
        }
    }

    /** Writes a frame of a reliable stream. Throws as {@link #write} does. */
    void writeNumbered(ByteBuf target, Outgoing.Numbered message, boolean withKey) {
        int start = target.writerIndex();
        RemoteTarget to = message.target;
        long definedBefore = to.definedOn;
        boolean written = false;
        try {
            int flags = (defines(to) ? Frames.DEFINES : 0) | (withKey ? Frames.KEYED : 0);
            begin(target, Frames.RELIABLE, flags, message);
            Frames.writeVarint(target, message.stream.number);
            if (withKey) {
                Frames.writeText(target, message.stream.key);
            }
            Frames.writeVarint(target, message.number);
            Frames.writeVarint(target, message.stream.oldest());
            writeTarget(target, to);
            encode(target, message.message);
            end(target, start);
            written = true;
        } finally {
            if (!written) {
                undo(target, start, to, definedBefore);
                if (withKey) {
                    message.stream.definedOn = 0; // its number is not used; the next gets another
                }
            }
        }
    }

    private void begin(ByteBuf target, byte type, int flags, Outgoing outgoing) {
        String traceparent = outgoing.traceparent;
        if (traceparent == null) {
            Frames.begin(target, type, flags, number + 1);
        } else {
            Frames.begin(target, type, flags | Frames.TRACED, number + 1);
            Frames.writeTrace(target, traceparent);
        }
    }

    private boolean writeQuestion(ByteBuf target, Outgoing.Question question, long nowNs) {
        if (question.waiting.pending.isDone()) {
            return false;
        }
        long leftMs = (question.deadlineNs - nowNs + NS_PER_MS - 1) / NS_PER_MS;
        if (leftMs <= 0) {
            question.waiting.pending.fail(new AskTimeoutException(
                    "no connection in time, the message was not sent: actor=" + question.target, null));
            return false;
        }
        RemoteTarget to = question.target;
        int flags = Frames.TIMED | (question.addressed ? Frames.ADDRESSED : 0) | (defines(to) ? Frames.DEFINES : 0);
        begin(target, Frames.ASK, flags, question);
        Frames.writeVarint(target, leftMs);
        Frames.writeVarint(target, question.waiting.id);
        writeTarget(target, to);
        encode(target, question.message);
        return true;
    }

    private void writeAnswer(ByteBuf target, Outgoing.Answer answer) {
        Frames.begin(target, Frames.REPLY, answer.message == null ? 0 : Frames.FILLED, number + 1);
        Frames.writeVarint(target, answer.id);
        if (answer.message != null) {
            encode(target, answer.message);
        }
    }

    private void writeRefusal(ByteBuf target, Outgoing.Refusal refusal) {
        Frames.begin(target, Frames.FAILURE, refusal.message == null ? 0 : Frames.FILLED, number + 1);
        Frames.writeVarint(target, refusal.id);
        target.writeByte(refusal.why.number());
        Frames.writeText(target, refusal.sentence);
        if (refusal.message != null) {
            encode(target, refusal.message);
        }
    }

    private boolean defines(RemoteTarget to) {
        return to.definedOn != connection && !(to instanceof RemoteReply<?>) && numbered.size() < numberedMax;
    }

    private void writeTarget(ByteBuf target, RemoteTarget to) {
        if (to instanceof RemoteReply<?> reply) {
            target.writeByte(Frames.TARGET_REPLY);
            Frames.writeVarint(target, reply.id);
            return;
        }
        if (to.definedOn == connection) {
            Frames.writeVarint(target, to.number);
            return;
        }
        if (defines(to)) {
            to.number = numbered.size() + Frames.TARGET_FIRST;
            to.definedOn = connection;
            numbered.add(to);
            Frames.writeVarint(target, to.number);
        } else {
            target.writeByte(Frames.TARGET_NAMED);
        }
        writeAddress(target, to.address);
    }

    static void writeAddress(ByteBuf target, ActorAddress address) {
        Frames.writeKind(target, address.kind());
        Frames.writeText(target, address.name());
    }

    private void encode(ByteBuf target, @Nullable Object message) {
        assert message != null : "checked by the caller";
        if (message instanceof EncodedMessage encoded) {
            encoded.writeTo(association.schema(), target);
        } else {
            association.codec().encode(message, association.schema(), target);
        }
    }

    private void end(ByteBuf target, int start) {
        int bytes = Frames.end(target, start);
        if (bytes - Frames.LENGTH_BYTES > frameBytesMax) {
            throw new MessageRefusedException(
                    "message is too large: frameBytes=" + bytes + ", frameBytesMax=" + frameBytesMax, null);
        }
        number++;
        sentBytes += bytes;
    }

    private void undo(ByteBuf target, int start, RemoteTarget to, long definedBefore) {
        target.writerIndex(start);
        if (to.definedOn != definedBefore) {
            to.definedOn = definedBefore;
            numbered.remove(numbered.size() - 1);
        }
    }
}
