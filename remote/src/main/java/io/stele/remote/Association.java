package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorException;
import io.stele.runtime.ActorRef;
import io.stele.runtime.DeadLetter;
import io.stele.runtime.Gateway;
import io.stele.runtime.MailboxFullException;
import io.stele.runtime.OutcomeUnknownException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that this node knows of one other, and sends to it. What it sends to us comes by connections of its own: see
 * {@link InboundConnection}.
 *
 * <pre>
 *   IDLE ──wanted──&gt; CONNECTING ──WELCOME on the control stream──&gt; UP
 *                      │    ^                                       │
 *                      │    └──── connection lost, phi too high ────┘
 *                      └── no answer for too long ──&gt; LOST ──WELCOME──&gt; UP
 * </pre>
 *
 * <p>LOST is when watchers are told and asks fail; messages that are not reliable become dead letters once they have waited for
 * {@link RemoteOptions.Builder#bufferFor}. A peer that has only made itself known is IDLE again once it was away for
 * {@link RemoteOptions.Builder#forgetAfter} and nothing waits for it. A WELCOME with another incarnation than the last says that the peer was restarted: all of its
 * actors that were watched have ended.
 *
 * <p>Confined to its loop, but for what says otherwise.
 */
final class Association {
    private static final Logger LOG = LoggerFactory.getLogger(Association.class);

    private static final int PINGS_PER_WATCH = 10;

    private final RemoteNode node;
    private final String peer;
    private final Transport.Loop loop;
    private final List<OutboundStream> streams = new ArrayList<>();
    private final Object[] inbound = {new Object(), new Object(), new Object()};
    private final RemoteWatches watches = new RemoteWatches(this);
    private final PhiDetector detector;
    private final PeerBreaker breaker;
    private final LongAdder unsent = new LongAdder();
    private final LongAdder unacknowledged = new LongAdder();
    private volatile List<Endpoint> endpoints;
    private volatile PeerStatus.State state = PeerStatus.State.IDLE;
    private volatile boolean closed;
    private volatile boolean wanted;
    private volatile boolean givenUp;
    private volatile long incarnation;
    private volatile @Nullable PeerSchema schema;
    private volatile int load;
    private volatile long roundTripNs;
    private volatile @Nullable Endpoint current;
    private volatile String refusal = "";
    private long heardNs;
    private long pingedNs;
    private int pings;

    Association(RemoteNode node, String peer, List<Endpoint> endpoints, Transport.Loop loop) {
        this.node = node;
        this.peer = peer;
        this.endpoints = List.copyOf(endpoints);
        this.loop = loop;
        RemoteOptions options = node.options();
        detector = new PhiDetector(options.heartbeatNs, options.pauseNs);
        breaker = new PeerBreaker(peer, node.clock(), options.asksMax);
        heardNs = node.clock().nanoTime();
        for (StreamKind kind : StreamKind.values()) {
            streams.add(new OutboundStream(this, kind, loop));
        }
    }

    /** Starts to look after itself. Any thread. */
    void start() {
        loop.execute(this::tick);
    }

    private void tick() {
        if (closed) {
            return;
        }
        long nowNs = nowNs();
        loop.schedule(this::tick, node.tickNs());
        if (nowNs - pingedNs >= options().heartbeatNs) {
            pingedNs = nowNs;
            int own = node.load();
            streams.forEach(stream -> stream.ping(nowNs, own));
            if (++pings % PINGS_PER_WATCH == 0) {
                watches.sayAgain();
            }
        }
        if (state == PeerStatus.State.UP && detector.phi(nowNs) > options().phiMax) {
            streams.forEach(stream -> stream.drop("peer is silent: phi is above " + options().phiMax));
        }
        streams.forEach(stream -> stream.tick(nowNs));
        if (state != PeerStatus.State.UP && wanted) {
            look(nowNs - heardNs);
        }
    }

    /** The peer has not been heard of for a while. */
    private void look(long silentNs) {
        if (state == PeerStatus.State.CONNECTING && silentNs > options().lostAfterNs) {
            state = PeerStatus.State.LOST;
            LOG.warn("peer is lost: peer={}, silentMs={}, endpoints={}", peer, silentNs / 1_000_000, endpoints);
            watches.onLost();
            failAsks("peer is lost");
            node.onPeerLost(this);
        }
        if (silentNs > options().bufferForNs) {
            givenUp = true;
            ActorException cause =
                    new MailboxFullException("peer cannot be reached, the message was not sent: peer=" + peer, null);
            streams.forEach(stream -> stream.abandonQueue(cause));
            forgetIfDue(silentNs);
        }
    }

    private void forgetIfDue(long silentNs) {
        if (state == PeerStatus.State.LOST && silentNs > options().forgetAfterNs && isForgettable()) {
            wanted = false; // whoever sends to it has it dialled again
            state = PeerStatus.State.IDLE;
            givenUp = false;
            LOG.info("peer is not dialled any more: peer={}, silentMs={}", peer, silentNs / 1_000_000);
        }
    }

    /** Returns whether it has only made itself known, and nobody waits for it. */
    private boolean isForgettable() {
        return !node.isConfigured(peer) && unacknowledged.sum() == 0 && watches.isEmpty();
    }

    private void failAsks(String why) {
        replies()
                .failAll(
                        this,
                        pending -> pending.fail(new OutcomeUnknownException(
                                why + ", whether the message was handled is not known: peer=" + peer, null)));
    }

    /** Has the connection that stands for the others made, if it is not. Any thread. */
    void want() {
        if (!wanted) {
            wanted = true;
            loop.execute(() -> {
                if (state == PeerStatus.State.IDLE) {
                    heardNs = nowNs();
                    state = PeerStatus.State.CONNECTING;
                }
                streams.get(0).wake();
            });
        }
    }

    boolean isWanted() {
        return wanted;
    }

    /** Returns whether messages are taken for the peer now. Any thread. */
    boolean takes() {
        if (!wanted) {
            want();
        }
        return !closed && !givenUp;
    }

    /** Returns whether the circuit breaker lets a message through. Any thread. */
    boolean admits() {
        return breaker.admits();
    }

    /** Returns why nobody may ask now; null if somebody may, and then {@link #onAsked} or {@link #onAskRefused} is to follow. */
    @Nullable ActorException refuseAsk(RemoteTarget target) {
        if (target.isBusy) {
            return new MailboxFullException("mailbox is full, try again later: actor=" + target, null);
        }
        if (!breaker.admits()) {
            return notTaken(target);
        }
        return breaker.enter()
                ? null
                : new MailboxFullException(
                        "too many asks of this peer are under way, try again later: actor=" + target + ", asksMax="
                                + options().asksMax,
                        null);
    }

    void onAskRefused() {
        breaker.leave();
    }

    /** Returns why a message was not taken. */
    ActorException notTaken(RemoteTarget target) {
        if (closed) {
            return Gateway.Failure.CLOSED.exception("node is closed: actor=" + target, null);
        }
        if (!breaker.admits()) {
            return Gateway.Failure.CIRCUIT_OPEN.exception(
                    "peer has failed too often, try again later: actor=" + target + ", peer=" + peer, null);
        }
        return new MailboxFullException(
                givenUp
                        ? "peer cannot be reached, the message was not sent: actor=" + target + ", refusal=" + refusal
                        : "too many messages wait to be sent, try again later: actor=" + target + ", queueCapacity="
                                + options().queueCapacity,
                null);
    }

    OutboundStream streamTo(ActorAddress address) {
        return streams.get(options().streamTo(address).index());
    }

    OutboundStream ordinary() {
        return streams.get(StreamKind.ORDINARY.index());
    }

    OutboundStream control() {
        return streams.get(StreamKind.CONTROL.index());
    }

    /** Returns what is held while a frame of the peer is handled. */
    Object inbound(StreamKind kind) {
        return inbound[kind.index()];
    }

    /** Returns the way to try next; null if none is known. Any thread. */
    @Nullable Endpoint endpoint(int failures) {
        List<Endpoint> all = endpoints;
        if (all.isEmpty()) {
            return null;
        }
        Endpoint used = current;
        Endpoint next = failures == 0 && used != null && all.contains(used) ? used : all.get(failures % all.size());
        current = next;
        return next;
    }

    /** The peer has said where it listens. Any thread. */
    void onAdvertised(Endpoint endpoint) {
        List<Endpoint> all = endpoints;
        if (!all.contains(endpoint) && !node.isConfigured(peer)) {
            endpoints = List.of(endpoint);
        }
        want();
    }

    void dial(Transport.Loop on, Endpoint to, Transport.Handler handler) {
        node.transport().dial(on, to, peer, handler);
    }

    void writeHello(ByteBuf body, StreamKind kind) {
        node.writeHello(body, kind, peer);
    }

    /**
     * The peer welcomes a connection.
     *
     * @return how many bytes it takes
     */
    long onWelcome(OutboundStream stream, ByteBuf frame) {
        Frames.require(frame, 10);
        int protocol = frame.readUnsignedShort();
        long life = frame.readLong();
        String who = Frames.readText(frame);
        Frames.require(frame, 8);
        long window = frame.readLong();
        if (protocol != Frames.PROTOCOL || !who.equals(peer)) {
            throw new ProtocolException("somebody else answers: node=" + ActorAddress.checkNode(who) + ", wanted="
                    + peer + ", protocol=" + protocol);
        }
        SchemaTable theirs = SchemaTable.readFrom(frame);
        if (life != incarnation || schema == null) {
            onIncarnation(stream, life);
            schema = codec().negotiate(theirs);
        }
        return window;
    }

    private void onIncarnation(OutboundStream stream, long life) {
        long before = incarnation;
        incarnation = life;
        if (before != 0 && before != life) {
            LOG.info("peer was restarted: peer={}, incarnation={}, before={}", peer, life, before);
            streams.stream().filter(other -> other != stream).forEach(other -> other.drop("peer was restarted"));
            watches.endAll();
            failAsks("peer was restarted");
            node.onPeerRestarted(this);
        }
    }

    void onStreamOpen(OutboundStream stream) {
        long nowNs = nowNs();
        refusal = "";
        breaker.onConnected();
        if (stream.kind != StreamKind.CONTROL) {
            return;
        }
        detector.restart(nowNs);
        heardNs = nowNs;
        givenUp = false;
        state = PeerStatus.State.UP;
        watches.onUp();
        stream.ping(nowNs, node.load());
        node.onPeerUp(this);
    }

    void onStreamClosed(OutboundStream stream, boolean wasOpen, String reason) {
        if (!wasOpen) {
            breaker.onNotConnected(reason);
        }
        if (stream.kind == StreamKind.CONTROL && state == PeerStatus.State.UP) {
            state = PeerStatus.State.CONNECTING;
        }
    }

    void onRefused(String sentence) {
        refusal = sentence;
    }

    void onPong(StreamKind kind, long tookNs, int theirLoad) {
        if (kind == StreamKind.CONTROL) {
            heardNs = nowNs();
            detector.onHeard(heardNs);
            roundTripNs = tookNs;
            load = theirLoad;
        }
    }

    /** A message will not be sent. Any thread. */
    void onUnsent(Outgoing outgoing, ActorException cause) {
        unsent.increment();
        if (outgoing instanceof Outgoing.Question question) {
            replies().remove(question.waiting);
            question.waiting.pending.fail(cause);
        } else if (outgoing instanceof Outgoing.Answer answer && cause instanceof MessageRefusedException) {
            var unused = ordinary()
                    .offer(new Outgoing.Refusal(
                            answer.target,
                            answer.id,
                            Gateway.Failure.REPLY_LOST,
                            "reply could not be sent: reason=" + cause.getMessage(),
                            null));
        } else if (outgoing.message != null) {
            Object message = outgoing.message instanceof EncodedMessage encoded ? encoded.message() : outgoing.message;
            LOG.debug("message was not sent: to={}, reason={}", outgoing.target, cause.getMessage());
            gateway().deadLetter(message, outgoing.target.toString(), DeadLetter.Reason.REFUSED);
        }
        if (outgoing instanceof Outgoing.Numbered numbered) {
            numbered.stream.onEnd(numbered, cause);
        }
    }

    /** Reliable messages have arrived. */
    void onAcknowledged(ReliableStream stream, int count, long upTo) {
        if (count > 0) {
            stream.onAllUpTo(upTo);
        }
    }

    /** A reliable message will never be taken over there. */
    void onRejected(Outgoing.Numbered message, String sentence) {
        LOG.warn("peer does not take a reliable message: to={}, reason={}", message.target, sentence);
        onUnsent(message, new MessageRefusedException("peer does not take the message: " + sentence, null));
    }

    /** Somebody has asked an actor of the peer. Any thread. */
    void onAsked(CompletionStage<?> stage, long sinceNs) {
        var unused = stage.whenComplete((value, failure) -> breaker.onAsked(nowNs() - sinceNs, failure));
    }

    /** Closes a connection, as a network would. For tests. Any thread. */
    void cut(StreamKind kind) {
        loop.execute(() -> streams.get(kind.index()).drop("cut by a test"));
    }

    void close(String reason) {
        closed = true;
        loop.execute(() -> {
            streams.forEach(stream -> stream.close(reason));
            watches.endAll();
            failAsks("node is closed");
        });
    }

    PeerStatus status() {
        long nowNs = nowNs();
        Endpoint way = current;
        List<PeerStatus.Stream> shown =
                streams.stream().map(OutboundStream::status).toList();
        return new PeerStatus(
                peer,
                state,
                incarnation,
                way == null ? "" : way.toString(),
                state == PeerStatus.State.UP ? detector.phi(nowNs) : 0,
                Duration.ofNanos(roundTripNs),
                load,
                breaker.state(),
                breaker.failureRate(),
                breaker.slowAfter(),
                shown,
                unsent.sum(),
                unacknowledged.sum());
    }

    /** Counts the reliable messages that have no acknowledgement. Any thread. */
    LongAdder unacknowledged() {
        return unacknowledged;
    }

    PeerSchema schema() {
        PeerSchema present = schema;
        if (present == null) {
            throw new IllegalStateException("nothing is sent before a welcome: peer=" + peer);
        }
        return present;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isLost() {
        return state == PeerStatus.State.LOST;
    }

    boolean isUp() {
        return state == PeerStatus.State.UP;
    }

    long incarnation() {
        return incarnation;
    }

    RemoteWatches watches() {
        return watches;
    }

    int peerLoad() {
        return load;
    }

    String peer() {
        return peer;
    }

    Transport.Loop loop() {
        return loop;
    }

    RemoteOptions options() {
        return node.options();
    }

    RandomGenerator random() {
        return node.random();
    }

    MessageCodec codec() {
        return node.codec();
    }

    Gateway gateway() {
        return node.gateway();
    }

    ReplyTable replies() {
        return node.replies();
    }

    Duration askTimeout() {
        return Duration.ofNanos(options().askTimeoutNs);
    }

    long nowNs() {
        return node.clock().nanoTime();
    }

    /** Returns an address of the peer. */
    ActorRef<?> ref(ActorAddress address) {
        return switch (address.kind()) {
            case ACTOR -> new RemoteActor<>(this, address);
            case ENTITY -> new RemoteEntity(this, address);
            case REPLY -> new RemoteReply<>(this, address);
        };
    }
}
