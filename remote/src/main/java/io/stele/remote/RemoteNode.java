package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.EntityRef;
import io.stele.runtime.Gateway;
import io.stele.runtime.Network;
import io.stele.runtime.ShutdownPhase;
import io.stele.spi.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an actor system a node: its actors can be reached from other nodes, and theirs from it, as if they were near.
 *
 * <pre>
 *   RemoteNode node = RemoteNode.start(system, RemoteOptions.builder("desk-1")
 *           .listen("127.0.0.1", 7400)
 *           .peer("orders-1", "127.0.0.1", 7401)
 *           .messages(Order.class, Receipt.class)
 *           .build());
 *   ActorRef&lt;Order&gt; orders = system.actorFor("stele://orders-1/actor/orders");
 *   orders.tell(new Order("tea"));
 *   EntityRef account = system.entityFor("stele://orders-1/entity/bank-account/42");
 *   account.ask(new Deposit(100));
 * </pre>
 *
 * <p>A message of {@code tell} arrives at most once, and those of one thread to one actor in their order; {@link #reliable} is for those
 * that must arrive. Nothing is reachable before this is called, and nothing from another machine without TLS.
 *
 * <h2>Threads</h2>
 * Any thread.
 */
public final class RemoteNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteNode.class);
    private static final int REPLIES = 1 << 16;
    private static final int PEERS_MAX = 1 << 14;
    private static final int TICKS_PER_HEARTBEAT = 20;
    private static final long TICK_NS_MIN = 1_000_000;
    private static final long TICK_NS_MAX = 50_000_000;
    private static final long SWEEP_NS = 1_000_000_000;

    private final RemoteOptions options;
    private final Transport transport;
    private final RandomGenerator random;
    private final Gateway gateway;
    private final MessageCodec codec;
    private final ReplyTable replies;
    private final ReliableInbox inbox;
    private final WatchedByPeers watched;
    private final Services services;
    private final Map<String, Association> associations = new ConcurrentHashMap<>();
    private final Map<Association, Map<StreamKind, InboundConnection>> inbound = new HashMap<>();
    private final Map<Association, RemoteTarget> replyTargets = new ConcurrentHashMap<>();
    private final AskAgain.Open asking = new AskAgain.Open();
    private final AtomicInteger strangers = new AtomicInteger();
    private final AtomicLong reliableCount = new AtomicLong();
    private final LongAdder refused = new LongAdder();
    private final HostileLog hostile;
    private final long incarnation;
    private final Transport.Loop loop;
    private final Endpoint endpoint;
    private volatile int load;
    private volatile boolean closed;

    private RemoteNode(ActorSystem system, RemoteOptions options, Transport transport, RandomGenerator random) {
        this.options = options;
        this.transport = transport;
        this.random = random;
        incarnation = random.nextLong() >>> 1 | 1;
        gateway = Gateway.open(system, new Reach());
        hostile = new HostileLog(clock().nanoTime());
        codec = MessageCodec.of(options.messages, new NodeRefs(this), limits(options));
        replies = new ReplyTable(REPLIES, incarnation);
        inbox = new ReliableInbox(options.reliableStreamsMax, options.reliableForgetNs);
        watched = new WatchedByPeers(gateway);
        services = new Services(this);
        loop = transport.loop();
        try {
            endpoint = transport.listen(options.listen, () -> new InboundConnection(this));
        } catch (RemoteException e) {
            gateway.close(); // so that the system may become a node after all
            throw e;
        }
    }

    private static MessageLimits limits(RemoteOptions options) {
        MessageLimits standard = MessageLimits.DEFAULT;
        return new MessageLimits(
                Math.max(1 << 10, options.frameBytesMax - Frames.HEADER_BYTES),
                standard.packAboveBytes(),
                standard.unpackRatioMax());
    }

    /**
     * Starts to listen. The node is closed with the system, before its actors are.
     *
     * @throws RemoteException if it cannot listen there; nothing is reachable
     * @throws IllegalArgumentException if a message type cannot travel
     * @throws IllegalStateException if the system is a node already
     */
    public static RemoteNode start(ActorSystem system, RemoteOptions options) {
        return start(system, options, new NettyTransport(options, Clock.system()), RandomGenerator.getDefault());
    }

    static RemoteNode start(ActorSystem system, RemoteOptions options, Transport transport, RandomGenerator random) {
        RemoteNode node = null;
        try {
            node = new RemoteNode(system, options, transport, random);
            system.shutdown().add(ShutdownPhase.STOP, "remote", node::close);
            node.begin();
            return node;
        } finally {
            if (node == null) {
                transport.close();
            }
        }
    }

    private void begin() {
        LOG.info("node listens: node={}, endpoint={}, incarnation={}", options.node, endpoint(), incarnation);
        options.peers.keySet().forEach(peer -> association(peer).want());
        loop.schedule(this::tick, SWEEP_NS);
    }

    private void tick() {
        if (closed) {
            return;
        }
        long nowNs = clock().nanoTime();
        replies.sweep(nowNs);
        inbox.sweep(nowNs);
        int sum = 0;
        for (InboundConnection connection : inboundConnections()) {
            sum += connection.load();
        }
        load = sum;
        services.tick(associations.values());
        loop.schedule(this::tick, Math.min(SWEEP_NS, options.heartbeatNs));
    }

    private List<InboundConnection> inboundConnections() {
        synchronized (inbound) {
            List<InboundConnection> all = new ArrayList<>();
            inbound.values().forEach(streams -> all.addAll(streams.values()));
            return all;
        }
    }

    /** Returns the id of this node. */
    public String id() {
        return options.node;
    }

    /** Returns where others reach this node. */
    public Endpoint endpoint() {
        return new Endpoint(options.advertisedHost, endpoint.port());
    }

    /** Returns what an actor of this node is called among all nodes; null if it has no name, or is not of this node. */
    public @Nullable ActorAddress addressOf(ActorRef<?> actor) {
        return gateway.address(actor);
    }

    /**
     * Makes a peer known, or where it is now.
     *
     * @throws IllegalArgumentException if the id is not acceptable or that of this node
     */
    public void peer(String peer, Endpoint where) {
        ActorAddress.checkNode(peer);
        if (peer.equals(options.node)) {
            throw new IllegalArgumentException("node is no peer of itself: node=" + peer);
        }
        associations
                .computeIfAbsent(peer, id -> newAssociation(id, List.of(where)))
                .onAdvertised(where);
    }

    /**
     * Returns an address whose messages arrive once each and in their order, whatever happens to connections: they are numbered, kept until
     * the peer has acknowledged them, and sent again. They do not survive the end of this node; see {@link Outbox} for those that must.
     *
     * <p>What a persistent actor is sent counts as arrived once its reply has left over there, so once its events are durable: a peer that is
     * killed before gets it again. It is carried out once all the same, under its command id or one made of stream and number, as far as
     * the actor's {@link io.stele.runtime.PersistentActor#deduplicationWindow} reaches. What another actor is sent counts as arrived once
     * it is in the mailbox, and is lost with it.
     *
     * <p>A message that the peer does not allow or cannot read, one to an actor that is not there, and a command that its handler throws at
     * become dead letters here.
     *
     * <p>{@code tell} returns false while {@link RemoteOptions.Builder#reliableCountMax} have no acknowledgement.
     *
     * @param actor an address of another node, from {@code actorFor} or {@code entityFor}
     * @param <M> the messages that it takes
     * @throws IllegalArgumentException if it is not an address of another node
     */
    public <M> ActorRef<M> reliable(ActorRef<M> actor) {
        if (!(actor instanceof RemoteTarget target) || actor instanceof RemoteReply<?>) {
            throw new IllegalArgumentException("only addresses of other nodes can be made reliable: actor=" + actor);
        }
        String key = Long.toHexString(incarnation) + "-" + reliableCount.incrementAndGet();
        return new ReliableActor<>(target, newReliableStream(target.association, key, 0));
    }

    /**
     * Returns the way out for messages of a persistent actor that survive the end of this node: see {@link Outbox}.
     *
     * @param key the same in every life of the actor and nobody else's, for instance its persistence id
     * @param to an address of another node
     * @param arrived told up to which number all have arrived; on a thread that carries messages, so it must only tell somebody
     * @param refused told of one that will never be taken over there, and is a dead letter here; it counts as arrived
     * @param <M> the messages
     * @throws IllegalArgumentException if it is not an address of another node
     */
    public <M> Outbox<M> outbox(String key, ActorRef<M> to, LongConsumer arrived, LongConsumer refused) {
        if (!(to instanceof RemoteTarget target) || to instanceof RemoteReply<?>) {
            throw new IllegalArgumentException("only addresses of other nodes need an outbox: actor=" + to);
        }
        return new Outbox<>(this, target, key, arrived, refused);
    }

    ReliableStream newReliableStream(Association peer, String key, long lastNumber) {
        return new ReliableStream(
                key,
                lastNumber,
                peer.unacknowledged(),
                options.reliableCountMax,
                Math.max(4 * tickNs(), options.heartbeatNs / 2),
                4 * options.heartbeatNs);
    }

    /** Returns what is known of every peer. */
    public List<PeerStatus> status() {
        return associations.values().stream()
                .map(Association::status)
                .sorted(java.util.Comparator.comparing(PeerStatus::node))
                .toList();
    }

    /** Returns how many messages of others were refused since the start: by rules, or because they could not be read. */
    public long refusedCount() {
        return refused.sum();
    }

    /** Returns how many connections were closed since the start because what came made no sense. */
    public long hostileCount() {
        return hostile.count();
    }

    /** Says goodbye to all peers and closes. What was not sent becomes dead letters. Closing twice does nothing. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        gateway.close();
        asking.close(Gateway.Failure.CLOSED.exception("node is closed: node=" + options.node, null));
        associations.values().forEach(association -> association.close("node is closed"));
        transport.close();
    }

    Association association(String peer) {
        Association known = associations.get(peer);
        if (known != null) {
            return known;
        }
        List<Endpoint> endpoints = options.peers.get(peer);
        if (endpoints == null) {
            throw new IllegalArgumentException("no way to that node is known: node=" + peer);
        }
        return associations.computeIfAbsent(peer, id -> newAssociation(id, endpoints));
    }

    private Association newAssociation(String peer, List<Endpoint> endpoints) {
        if (associations.size() >= PEERS_MAX) {
            throw new IllegalArgumentException("too many peers are known: peer=" + peer + ", peersMax=" + PEERS_MAX);
        }
        Association made = new Association(this, peer, endpoints, transport.loop());
        made.start();
        return made;
    }

    boolean isConfigured(String peer) {
        return options.peers.containsKey(peer);
    }

    /** Counts a connection that has not made itself known; false if there are too many. */
    boolean admitStranger(InboundConnection connection) {
        return strangers.incrementAndGet() <= options.strangersMax;
    }

    void writeHello(ByteBuf body, StreamKind kind, String wanted) {
        new Hello(kind, incarnation, options.node, wanted, endpoint()).writeTo(body);
        codec.local().writeTo(body);
    }

    void writeWelcome(ByteBuf body, long windowBytes) {
        body.writeShort(Frames.PROTOCOL).writeLong(incarnation);
        Frames.writeText(body, options.node);
        body.writeLong(windowBytes);
        codec.local().writeTo(body);
    }

    /** Returns why a peer is not welcome; null if it is. */
    @Nullable String problemOf(Hello hello, @Nullable String proven) {
        if (closed) {
            return "node is closed: node=" + options.node;
        }
        if (!hello.wanted().equals(options.node)) {
            return "another node was wanted: node=" + options.node + ", wanted=" + hello.wanted();
        }
        if (hello.node().equals(options.node)) {
            return "another node has the same id: node=" + options.node;
        }
        if (proven != null && !proven.equals(hello.node())) {
            return "certificate is not that of the node: node=" + hello.node();
        }
        return null;
    }

    /** A peer has made itself known. What it had open for the same purpose is over. */
    Association onHello(InboundConnection connection, Hello hello) {
        strangers.decrementAndGet();
        Association association = associations.computeIfAbsent(
                hello.node(), id -> newAssociation(id, options.peers.getOrDefault(id, List.of(hello.listens()))));
        association.onAdvertised(hello.listens());
        InboundConnection before;
        synchronized (inbound) {
            before = inbound.computeIfAbsent(association, unused -> new HashMap<>())
                    .put(hello.kind(), connection);
        }
        if (before != null && before != connection) {
            synchronized (association.inbound(hello.kind())) {
                before.supersede();
            }
        }
        return association;
    }

    void onInboundClosed(InboundConnection connection) {
        Association peer = connection.peer();
        if (peer == null) {
            strangers.decrementAndGet();
            return;
        }
        synchronized (inbound) {
            Map<StreamKind, InboundConnection> streams = inbound.get(peer);
            if (streams != null) {
                streams.remove(connection.kind(), connection);
            }
        }
    }

    /** Somebody sends what makes no sense. */
    void onHostile(String remote, @Nullable String reason) {
        hostile.add(remote, reason, clock().nanoTime());
    }

    /** A message of a peer is not taken. */
    void onRefused(String peer, String target, String reason) {
        refused.increment();
        LOG.debug("message of a peer is refused: peer={}, target={}, reason={}", peer, target, reason);
    }

    /** Returns an address that stands for whoever waits over there. */
    RemoteTarget replyTarget(Association peer) {
        return replyTargets.computeIfAbsent(
                peer, known -> new RemoteReply<>(known, new ActorAddress(known.peer(), ActorAddress.Kind.REPLY, "0")));
    }

    /** An ask of a peer is over. */
    void answer(RemoteTarget back, long id, @Nullable Object value, @Nullable Throwable failure) {
        if (failure == null) {
            var unused = back.stream.offer(new Outgoing.Answer(back, id, value));
        } else {
            Throwable cause = failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
                    ? failure.getCause()
                    : failure;
            var unused = back.stream.offer(new Outgoing.Refusal(
                    back,
                    id,
                    Gateway.Failure.of(cause),
                    InboundConnection.sentenceOf(cause),
                    InboundConnection.reasonOf(cause)));
        }
    }

    void refuse(RemoteTarget back, long id, Gateway.Failure why, String sentence) {
        var unused = back.stream.offer(new Outgoing.Refusal(back, id, why, sentence, null));
    }

    void onServices(Association peer, ByteBuf frame) {
        services.onListing(peer, frame);
    }

    void onPeerUp(Association peer) {
        services.onPeerUp(peer);
    }

    void onPeerLost(Association peer) {
        watched.removeAll(peer);
        services.onPeerLost(peer);
    }

    void onPeerRestarted(Association peer) {
        watched.removeAll(peer);
        services.onPeerLost(peer);
    }

    AskAgain.Open asking() {
        return asking;
    }

    Transport.Loop loop() {
        return loop;
    }

    WatchedByPeers watched() {
        return watched;
    }

    ReliableInbox inbox() {
        return inbox;
    }

    ReplyTable replies() {
        return replies;
    }

    MessageCodec codec() {
        return codec;
    }

    Gateway gateway() {
        return gateway;
    }

    Transport transport() {
        return transport;
    }

    RemoteOptions options() {
        return options;
    }

    RandomGenerator random() {
        return random;
    }

    Clock clock() {
        return gateway.clock();
    }

    int load() {
        return load;
    }

    long tickNs() {
        return Math.max(TICK_NS_MIN, Math.min(TICK_NS_MAX, options.heartbeatNs / TICKS_PER_HEARTBEAT));
    }

    /** The way out, for the system. */
    private final class Reach implements Network {
        @Override
        public String node() {
            return options.node;
        }

        @Override
        public ActorRef<?> actor(ActorAddress address) {
            return association(address.node()).ref(address);
        }

        @Override
        public EntityRef entity(ActorAddress address) {
            return new RemoteEntity(association(address.node()), address);
        }
    }
}
