package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorException;
import io.stele.runtime.ActorRef;
import io.stele.runtime.CommandRejectedException;
import io.stele.runtime.Gateway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one peer sends on one connection: checked, and handed to whom it is for.
 *
 * <pre>
 *   STRANGER ──HELLO, all is well──&gt; KNOWN ──&gt; closed
 *      └── anything else, or nothing in time ──&gt; closed
 * </pre>
 *
 * <p>A message whose actor has no room waits here, and those for the same actor behind it; the peer is told that the actor is busy, and
 * gets no credit for what waits. So the memory that a peer can take is its window, and nobody else waits.
 *
 * <p>Confined to its loop.
 */
final class InboundConnection implements Transport.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(InboundConnection.class);
    private static final int STRANGER_BYTES_MAX = 64 << 10;
    private static final long RETRY_NS = 2_000_000;
    private static final int OWN_BYTES = 256;
    private static final int CREDIT_SHARE = 4;

    private final RemoteNode node;
    private Transport.@Nullable Connection connection;
    private @Nullable Association peer;
    private StreamKind kind = StreamKind.CONTROL;
    private @Nullable PeerSchema schema;
    private PeerRules rules = PeerRules.none();
    private long peerIncarnation;
    private int receivedNumber;
    private int sentNumber;
    private long heardNs;
    private @Nullable InboundTargets targets;
    private @Nullable InboundReplies replies;
    private volatile int load;
    private @Nullable InboundReliable reliable;
    private long receivedBytes;
    private long grantedBytes;
    private int idleTicks;
    private boolean retrying;
    private boolean superseded;

    InboundConnection(RemoteNode node) {
        this.node = node;
    }

    @Override
    public void onOpen(Transport.Connection opened) {
        connection = opened;
        heardNs = node.clock().nanoTime();
        if (!node.admitStranger(this)) {
            refuse(1, "too many connections have not made themselves known");
            return;
        }
        opened.frameBytesMax(Math.min(STRANGER_BYTES_MAX, node.options().frameBytesMax));
        opened.loop().schedule(this::expireStranger, node.options().handshakeTimeoutNs);
    }

    private void expireStranger() {
        if (peer == null && connection != null) {
            close("peer has not made itself known in time");
        }
    }

    private void refuse(int code, String sentence) {
        send(Frames.REFUSED, body -> {
            body.writeByte(code);
            Frames.writeText(body, sentence);
        });
        close(sentence);
    }

    private void close(String reason) {
        Transport.Connection present = connection;
        if (present != null) {
            LOG.debug("connection is closed: remote={}, reason={}", present.remote(), reason);
            present.close();
        }
    }

    private void send(byte type, java.util.function.Consumer<ByteBuf> body) {
        Transport.Connection present = connection;
        if (present == null) {
            return;
        }
        ByteBuf frame = present.buffer(OWN_BYTES);
        int start = Frames.begin(frame, type, 0, ++sentNumber);
        body.accept(frame);
        Frames.end(frame, start);
        present.send(frame);
    }

    @Override
    public void onFrame(Transport.Connection from, ByteBuf frame) {
        if (connection == null) {
            return;
        }
        try {
            int bytes = frame.readableBytes() + Frames.LENGTH_BYTES;
            Frames.require(frame, Frames.HEADER_BYTES - Frames.LENGTH_BYTES);
            byte type = frame.readByte();
            int flags = frame.readByte();
            int number = frame.readInt();
            if (number != receivedNumber + 1) {
                throw new ProtocolException(
                        "frame is not the next: number=" + number + ", expected=" + (receivedNumber + 1));
            }
            receivedNumber = number;
            heardNs = node.clock().nanoTime();
            Association known = peer;
            if (known == null) {
                greet(from, type, frame);
            } else {
                synchronized (
                        known.inbound(kind)) { // a connection that took the place of this one may be on another loop
                    if (!superseded) {
                        handle(known, type, flags, frame, bytes);
                    }
                }
            }
        } catch (ProtocolException | IllegalArgumentException | IndexOutOfBoundsException e) {
            node.onHostile(from.remote(), e.getMessage());
            close("peer does not keep to the protocol: " + e.getMessage());
        } catch (MessageRefusedException e) {
            node.onHostile(from.remote(), e.getMessage());
            close(String.valueOf(e.getMessage()));
        }
    }

    private void greet(Transport.Connection from, byte type, ByteBuf frame) {
        if (type != Frames.HELLO) {
            throw new ProtocolException("frame is not expected before a greeting: type=" + type);
        }
        Hello hello = Hello.read(frame);
        String proven = from.provenNode();
        String problem = node.problemOf(hello, proven);
        if (problem != null) {
            refuse(2, problem);
            return;
        }
        SchemaTable theirs = SchemaTable.readFrom(frame);
        Association known = node.onHello(this, hello);
        peer = known;
        kind = hello.kind();
        peerIncarnation = hello.incarnation();
        rules = node.options().rulesOf(hello.node());
        PeerSchema common = node.codec().negotiate(theirs);
        schema = common;
        InboundTargets to = new InboundTargets(node, rules, new Notices());
        targets = to;
        reliable = new InboundReliable(node, known, common, to, from.loop(), this::send);
        replies = new InboundReplies(node, known, common);
        from.frameBytesMax(node.options().frameBytesMax);
        grantedBytes = node.options().windowBytes;
        send(Frames.WELCOME, body -> node.writeWelcome(body, grantedBytes));
        from.loop().schedule(this::tick, node.options().heartbeatNs);
    }

    /** Looks whether the peer is still there, and repeats what may have been lost. */
    private void tick() {
        Transport.Connection present = connection;
        if (present == null) {
            return;
        }
        RemoteOptions options = node.options();
        if (node.clock().nanoTime() - heardNs > options.lostAfterNs + options.heartbeatNs) {
            close("nothing was heard in time");
            return;
        }
        InboundTargets to = targets;
        load = to == null ? 0 : to.load();
        if (idleTicks++ < 10) {
            grant(true);
        }
        present.loop().schedule(this::tick, options.heartbeatNs);
    }

    private void handle(Association known, byte type, int flags, ByteBuf frame, int bytes) {
        if ((flags & Frames.TRACED) == 0) {
            dispatch(known, type, flags, frame, bytes);
        } else {
            String traceparent = Frames.readTrace(frame);
            node.gateway().inTrace(traceparent, "receive", () -> dispatch(known, type, flags, frame, bytes));
        }
        if (type >= Frames.TELL && type < Frames.WATCH) {
            receivedBytes += bytes;
            idleTicks = 0;
            grant(false);
        }
    }

    private void dispatch(Association known, byte type, int flags, ByteBuf frame, int bytes) {
        InboundTargets to = targets;
        assert to != null : "known peers have some";
        switch (type) {
            case Frames.PING -> {
                Frames.require(frame, 12);
                long sentNs = frame.readLong();
                send(Frames.PONG, body -> body.writeLong(sentNs).writeInt(node.load()));
            }
            case Frames.TELL -> onTell(to, frame, bytes);
            case Frames.ASK -> onAsk(to, known, flags, frame);
            case Frames.REPLY -> replies().onReply(flags, frame);
            case Frames.FAILURE -> replies().onFailure(flags, frame);
            case Frames.RELIABLE -> reliable().onMessage(flags, frame, heardNs);
            case Frames.WATCH -> node.watched().add(known, peerIncarnation, readAddress(frame));
            case Frames.UNWATCH -> node.watched().remove(known, readAddress(frame));
            case Frames.TERMINATED -> known.watches().end(readAddress(known.peer(), frame));
            case Frames.SERVICES -> node.onServices(known, frame);
            case Frames.GOODBYE -> close("peer says goodbye: " + Frames.readText(frame));
            default -> throw new ProtocolException("frame is not expected here: type=" + type);
        }
    }

    /** Lets the peer send more, once that is worth a frame. */
    private void grant(boolean always) {
        long window = node.options().windowBytes;
        long due = receivedBytes - waitingBytes() + window;
        if (always || due - grantedBytes >= window / CREDIT_SHARE) {
            grantedBytes = Math.max(grantedBytes, due);
            long granted = grantedBytes;
            send(Frames.CREDIT, body -> body.writeLong(granted));
        }
    }

    private ActorAddress readAddress(ByteBuf frame) {
        return readAddress(node.options().node, frame);
    }

    private static ActorAddress readAddress(String of, ByteBuf frame) {
        return new ActorAddress(of, Frames.readKind(frame), Frames.readText(frame));
    }

    private Object decode(ByteBuf frame) {
        PeerSchema with = schema;
        assert with != null : "known peers have one";
        return node.codec().decode(frame, frame.readableBytes(), with);
    }

    private void onTell(InboundTargets to, ByteBuf frame, int bytes) {
        InboundTargets.Target target = to.read(frame);
        if (target == null) {
            replies().onTell(Frames.readVarint(frame), frame);
            return;
        }
        if (!target.allowed) {
            node.onRefused(peerName(), target.name, "its rules do not allow this actor");
            return;
        }
        Object message;
        try {
            message = decode(frame);
        } catch (MessageRefusedException e) {
            node.onRefused(peerName(), target.name, String.valueOf(e.getMessage()));
            return;
        }
        if (!rules.allows(message)) {
            node.onRefused(peerName(), target.name, "its rules do not allow this message");
            return;
        }
        to.deliver(target, message, bytes);
    }

    private void onAsk(InboundTargets to, Association known, int flags, ByteBuf frame) {
        long leftMs = (flags & Frames.TIMED) == 0 ? 0 : Frames.readVarint(frame);
        long id = Frames.readVarint(frame);
        InboundTargets.Target target = to.read(frame);
        if (target == null) {
            throw new ProtocolException("who waits for a reply cannot be asked");
        }
        ActorRef<?> ref = target.allowed ? to.find(target) : null;
        if (ref == null) {
            String why = target.allowed ? "no such actor" : "this node does not take that from its peer";
            answerFailure(known, id, target.allowed ? Gateway.Failure.STOPPED : Gateway.Failure.UNHANDLED, why, target);
            return;
        }
        Object message;
        try {
            message = decode(frame);
        } catch (MessageRefusedException e) {
            answerFailure(known, id, Gateway.Failure.UNHANDLED, String.valueOf(e.getMessage()), target);
            return;
        }
        if (!rules.allows(message)) {
            answerFailure(known, id, Gateway.Failure.UNHANDLED, "this node does not take that from its peer", target);
            return;
        }
        if (target.isWaiting()) {
            answerFailure(known, id, Gateway.Failure.MAILBOX_FULL, "mailbox is full, try again later", target);
            return;
        }
        long leftNs = Math.min(leftMs, Long.MAX_VALUE / 1_000_000) * 1_000_000;
        RemoteTarget back = node.replyTarget(known);
        var unused = node.gateway()
                .ask(ref, message, (flags & Frames.ADDRESSED) != 0, leftNs)
                .whenComplete((value, failure) -> node.answer(back, id, value, failure));
    }

    private void answerFailure(
            Association known, long id, Gateway.Failure why, String sentence, InboundTargets.Target target) {
        node.refuse(
                node.replyTarget(known),
                id,
                why,
                sentence + ": actor=" + target.name + ", node=" + node.options().node);
    }

    @Override
    public void onPause(Transport.Connection from) {
        InboundReliable present = reliable;
        if (present != null) {
            present.acknowledge();
        }
    }

    private String peerName() {
        Association known = peer;
        return known == null ? "" : known.peer();
    }

    private InboundReplies replies() {
        InboundReplies present = replies;
        assert present != null : "known peers have some";
        return present;
    }

    private InboundReliable reliable() {
        InboundReliable present = reliable;
        assert present != null : "known peers have some";
        return present;
    }

    private long waitingBytes() {
        InboundTargets present = targets;
        return present == null ? 0 : present.parkedBytes();
    }

    private void retry() {
        retrying = false;
        Transport.Connection present = connection;
        InboundTargets to = targets;
        if (present == null || to == null) {
            return;
        }
        boolean more = to.retry();
        grant(false);
        if (more) {
            retryLater(present);
        }
    }

    private void retryLater(Transport.Connection present) {
        if (!retrying) {
            retrying = true;
            present.loop().schedule(this::retry, RETRY_NS);
        }
    }

    /** What those who have no room lead to. */
    private final class Notices implements InboundTargets.Notices {
        @Override
        public void send(byte type, java.util.function.Consumer<ByteBuf> body) {
            InboundConnection.this.send(type, body);
        }

        @Override
        public void onParked() {
            Transport.Connection present = connection;
            if (present != null) {
                retryLater(present);
            }
        }
    }

    /** Returns how many messages wait in the mailboxes that the peer sends to, about, a heartbeat ago. Any thread. */
    int load() {
        return load;
    }

    @Nullable Association peer() {
        return peer;
    }

    StreamKind kind() {
        return kind;
    }

    /** The peer has opened another connection for the same, so this one is over. Under the peer's lock; on any thread. */
    void supersede() {
        superseded = true;
        Transport.Connection present = connection;
        if (present != null) {
            present.loop().execute(() -> close("peer has opened another connection in its place"));
        }
    }

    @Override
    public void onClosed(Transport.@Nullable Connection closed, String reason) {
        connection = null;
        InboundTargets to = targets;
        if (to != null) {
            to.close();
        }
        node.onInboundClosed(this);
    }

    /** Returns what a failure is to the peer, and whether it comes with a reason. */
    static @Nullable Object reasonOf(Throwable failure) {
        return failure instanceof CommandRejectedException rejected ? rejected.reason() : null;
    }

    static String sentenceOf(Throwable failure) {
        return failure instanceof ActorException ? String.valueOf(failure.getMessage()) : failure.toString();
    }
}
