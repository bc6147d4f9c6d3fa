package io.stele.remote;

import io.netty.buffer.ByteBuf;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The reliable messages that come on one connection, and what is said of them: which were handled, and which never will be.
 *
 * <pre>
 *   RELIABLE ──its number is the next──&gt; actor ──reply left──&gt; {@link ReliableInbox.Stream} ──all before it too──&gt; ACK
 * </pre>
 *
 * <p>Confined to the loop of its connection.
 */
final class InboundReliable {
    private final RemoteNode node;
    private final Association known;
    private final PeerSchema schema;
    private final PeerRules rules;
    private final InboundTargets targets;
    private final Transport.Loop loop;
    private final BiConsumer<Byte, Consumer<ByteBuf>> sending;
    private final ReliableInbox.Streams streams = new ReliableInbox.Streams();
    /** The streams that were handled further, on whatever thread. */
    private final Queue<Integer> settled = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean settling = new AtomicBoolean();
    private boolean delivering;

    InboundReliable(
            RemoteNode node,
            Association known,
            PeerSchema schema,
            InboundTargets targets,
            Transport.Loop loop,
            BiConsumer<Byte, Consumer<ByteBuf>> sending) {
        this.node = node;
        this.known = known;
        this.schema = schema;
        rules = node.options().rulesOf(known.peer());
        this.targets = targets;
        this.loop = loop;
        this.sending = sending;
    }

    void onMessage(int flags, ByteBuf frame, long nowNs) {
        int number = (int) Frames.readVarint(frame);
        ReliableInbox.Stream stream;
        if ((flags & Frames.KEYED) != 0) {
            stream = streams.define(number, node.inbox().stream(known.peer(), Frames.readText(frame), nowNs));
            stream.progress(() -> onProgress(number));
        } else {
            stream = streams.get(number);
        }
        long sequence = Frames.readVarint(frame);
        long oldest = Frames.readVarint(frame);
        InboundTargets.Target target = targets.read(frame);
        if (target == null) {
            throw new ProtocolException("who waits for a reply takes no reliable message");
        }
        streams.use(number, nowNs);
        if (stream.take(sequence, oldest)) {
            delivering = true;
            try {
                deliver(target, frame, stream, sequence);
            } finally {
                delivering = false;
            }
        }
    }

    private void deliver(InboundTargets.Target target, ByteBuf frame, ReliableInbox.Stream stream, long sequence) {
        String refusal = refuse(target, frame, stream, sequence);
        if (refusal == null) {
            return;
        }
        if (refusal.isEmpty()) {
            stream.onFailed(sequence);
        } else {
            node.onRefused(known.peer(), target.name, refusal);
            stream.onHandled(sequence, refusal);
        }
    }

    /** Returns null if it was taken, nothing if it is to come again, and otherwise why it never will be. */
    private @Nullable String refuse(
            InboundTargets.Target target, ByteBuf frame, ReliableInbox.Stream stream, long sequence) {
        if (!target.allowed) {
            return "its rules do not allow this actor: actor=" + target.name;
        }
        Object message;
        try {
            message = node.codec().decode(frame, frame.readableBytes(), schema);
        } catch (MessageRefusedException e) {
            return String.valueOf(e.getMessage());
        }
        if (!rules.allows(message)) {
            return "its rules do not allow this message: actor=" + target.name + ", message="
                    + message.getClass().getName();
        }
        if (target.isWaiting()) {
            return "";
        }
        return switch (targets.offerUntilHandled(target, message, stream, sequence)) {
            case TAKEN -> null;
            case FULL -> "";
            case GONE -> "no such actor: actor=" + target.name;
            case REFUSED -> "actor does not take it: actor=" + target.name;
        };
    }

    /** Any thread. */
    private void onProgress(int number) {
        if (loop.isHere() && delivering) {
            return; // what is read ends in an acknowledgement
        }
        settled.add(number);
        if (settling.compareAndSet(false, true)) {
            loop.execute(this::acknowledgeSettled);
        }
    }

    private void acknowledgeSettled() {
        settling.set(false);
        for (Integer number = settled.poll(); number != null; number = settled.poll()) {
            streams.touch(number);
        }
        acknowledge();
    }

    /** Says how far the streams have come that something was read of, or handled. */
    void acknowledge() {
        streams.forTouched((number, stream) -> {
            streams.forRefusals(
                    number,
                    (refusal, refused) -> sending.accept(Frames.REJECT, body -> {
                        Frames.writeVarint(body, number);
                        Frames.writeVarint(body, refused);
                        Frames.writeText(body, refusal);
                    }));
            long handled = stream.handled();
            if (handled >= 0) {
                sending.accept(Frames.ACK, body -> {
                    Frames.writeVarint(body, number);
                    Frames.writeVarint(body, handled);
                });
            }
        });
    }
}
