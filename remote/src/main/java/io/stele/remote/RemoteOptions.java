package io.stele.remote;

import io.stele.runtime.ActorAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How a node reaches others and is reached. Immutable; see {@link #builder}. */
public final class RemoteOptions {
    final String node;
    final Endpoint listen;
    final String advertisedHost;
    final Map<String, List<Endpoint>> peers;
    final Map<String, PeerRules> rules;
    final PeerRules otherRules;
    final List<Class<?>> messages;
    final List<String> largeTargets;
    final int loopCount;
    final int frameBytesMax;
    final long windowBytes;
    final int queueCapacity;
    final int reliableCountMax;
    final int reliableStreamsMax;
    final long reliableForgetNs;
    final long heartbeatNs;
    final double phiMax;
    final long pauseNs;
    final long lostAfterNs;
    final long connectTimeoutNs;
    final long handshakeTimeoutNs;
    final long backoffFirstNs;
    final long backoffMaxNs;
    final long bufferForNs;
    final long forgetAfterNs;
    final long askTimeoutNs;
    final int strangersMax;
    final int asksMax;
    final @Nullable TlsOptions tls;

    private RemoteOptions(Builder builder) {
        node = builder.node;
        listen = builder.listen;
        advertisedHost = builder.advertisedHost.isEmpty() ? builder.listen.host() : builder.advertisedHost;
        Map<String, List<Endpoint>> known = new LinkedHashMap<>();
        builder.peers.forEach((id, endpoints) -> known.put(id, List.copyOf(endpoints)));
        peers = Map.copyOf(known);
        rules = Map.copyOf(builder.rules);
        otherRules = builder.otherRules;
        messages = List.copyOf(builder.messages);
        largeTargets = List.copyOf(builder.largeTargets);
        loopCount = builder.loopCount;
        frameBytesMax = builder.frameBytesMax;
        windowBytes = builder.windowBytes;
        queueCapacity = builder.queueCapacity;
        reliableCountMax = builder.reliableCountMax;
        reliableStreamsMax = builder.reliableStreamsMax;
        reliableForgetNs = builder.reliableForget.toNanos();
        heartbeatNs = builder.heartbeat.toNanos();
        phiMax = builder.phiMax;
        pauseNs = builder.pause.toNanos();
        lostAfterNs = builder.lostAfter.toNanos();
        connectTimeoutNs = builder.connectTimeout.toNanos();
        handshakeTimeoutNs = builder.handshakeTimeout.toNanos();
        backoffFirstNs = builder.backoffFirst.toNanos();
        backoffMaxNs = builder.backoffMax.toNanos();
        bufferForNs = builder.bufferFor.toNanos();
        forgetAfterNs = builder.forgetAfter.toNanos();
        askTimeoutNs = builder.askTimeout.toNanos();
        strangersMax = builder.strangersMax;
        asksMax = builder.asksMax;
        tls = builder.tls;
    }

    /**
     * Starts to say how a node is to be.
     *
     * @param node its id, the same after a restart and nobody else's; see {@link ActorAddress}
     * @throws IllegalArgumentException if the id is not acceptable
     */
    public static Builder builder(String node) {
        return new Builder(node);
    }

    PeerRules rulesOf(String peer) {
        return rules.getOrDefault(peer, otherRules);
    }

    StreamKind streamTo(ActorAddress address) {
        if (largeTargets.isEmpty() || address.kind() == ActorAddress.Kind.REPLY) {
            return StreamKind.ORDINARY;
        }
        String target = (address.kind() == ActorAddress.Kind.ENTITY ? "entity/" : "actor/") + address.name();
        return largeTargets.stream().anyMatch(target::startsWith) ? StreamKind.LARGE : StreamKind.ORDINARY;
    }

    /** Puts options together. Confined to one thread. Every setting has its range and is checked at once. */
    public static final class Builder {
        private static final int FRAME_BYTES_MIN = 1 << 10;
        private static final int FRAME_BYTES_MAX = 64 << 20;

        private final String node;
        private Endpoint listen = new Endpoint("127.0.0.1", 0);
        private String advertisedHost = "";
        private final Map<String, List<Endpoint>> peers = new LinkedHashMap<>();
        private final Map<String, PeerRules> rules = new LinkedHashMap<>();
        private PeerRules otherRules = PeerRules.all();
        private final List<Class<?>> messages = new ArrayList<>();
        private final List<String> largeTargets = new ArrayList<>();
        private int loopCount = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        private int frameBytesMax = 1 << 20;
        private long windowBytes = 4L << 20;
        private int queueCapacity = 1 << 14;
        private int reliableCountMax = 1 << 13;
        private int reliableStreamsMax = 1 << 14;
        private Duration reliableForget = Duration.ofHours(24);
        private Duration heartbeat = Duration.ofSeconds(1);
        private double phiMax = 8;
        private Duration pause = Duration.ofSeconds(3);
        private Duration lostAfter = Duration.ofSeconds(8);
        private Duration connectTimeout = Duration.ofSeconds(2);
        private Duration handshakeTimeout = Duration.ofSeconds(5);
        private Duration backoffFirst = Duration.ofMillis(50);
        private Duration backoffMax = Duration.ofSeconds(2);
        private Duration bufferFor = Duration.ofSeconds(30);
        private Duration forgetAfter = Duration.ofMinutes(10);
        private Duration askTimeout = Duration.ofSeconds(30);
        private int strangersMax = 1_024;
        private int asksMax = 1 << 14;
        private @Nullable TlsOptions tls;

        private Builder(String node) {
            this.node = ActorAddress.checkNode(node);
        }

        /** Sets where the node listens. Default: a free port of 127.0.0.1. Another machine can reach it only with TLS. */
        public Builder listen(String host, int port) {
            listen = new Endpoint(host, port);
            return this;
        }

        /** Sets under which host others reach this node, if that is another than where it listens. */
        public Builder advertisedHost(String host) {
            advertisedHost = new Endpoint(host, 0).host();
            return this;
        }

        /**
         * Makes a peer known, or another way to it: the first that works is used. A node that has made itself known needs no entry.
         *
         * @throws IllegalArgumentException if an argument is not acceptable
         */
        public Builder peer(String peer, String host, int port) {
            peers.computeIfAbsent(ActorAddress.checkNode(peer), unused -> new ArrayList<>())
                    .add(new Endpoint(host, (int) in("port", port, 1, 65_535)));
            return this;
        }

        /**
         * Has messages of these classes travel; the same on all nodes, though not the same versions of them.
         *
         * @param types records, enums, sealed interfaces of these
         */
        public Builder messages(Class<?>... types) {
            messages.addAll(List.of(types));
            return this;
        }

        /** Sets what a peer may send, and to whom. Default: {@link #otherPeers}. */
        public Builder allow(String peer, PeerRules allowed) {
            rules.put(ActorAddress.checkNode(peer), allowed);
            return this;
        }

        /** Sets what peers may send that {@link #allow} does not name. Default: everything that is registered. */
        public Builder otherPeers(PeerRules allowed) {
            otherRules = allowed;
            return this;
        }

        /**
         * Has messages for some actors travel on a connection of their own, so that nobody else's wait behind large ones.
         *
         * @param targets beginnings of what an address has behind its node, such as {@code actor/files}; the same on all nodes
         */
        public Builder largeMessagesTo(String... targets) {
            largeTargets.addAll(List.of(targets));
            return this;
        }

        /** Sets how many threads carry messages, 1 to 64. Default: half as many as processors. */
        public Builder loopCount(int value) {
            loopCount = (int) in("loopCount", value, 1, 64);
            return this;
        }

        /** Sets the largest frame, 1 KiB to 64 MiB. Default: 1 MiB; never above 64 KiB before a peer has made itself known. */
        public Builder frameBytesMax(int value) {
            frameBytesMax = (int) in("frameBytesMax", value, FRAME_BYTES_MIN, FRAME_BYTES_MAX);
            return this;
        }

        /** Sets how many bytes of a peer may be under way or wait for full mailboxes, per connection, 64 KiB to 1 GiB. Default: 4 MiB. */
        public Builder windowBytes(long value) {
            windowBytes = in("windowBytes", value, 1 << 16, 1 << 30);
            return this;
        }

        /** Sets how many messages may wait to be sent to one peer on one connection, 16 to 1,048,576. Default: 16,384. */
        public Builder queueCapacity(int value) {
            queueCapacity = (int) in("queueCapacity", value, 16, 1 << 20);
            return this;
        }

        /** Sets how many reliable messages of one address may be unacknowledged, 1 to 1,048,576. Default: 8,192. */
        public Builder reliableCountMax(int value) {
            reliableCountMax = (int) in("reliableCountMax", value, 1, 1 << 20);
            return this;
        }

        /**
         * Sets how many reliable streams of others are remembered, 16 to 1,048,576, and for how long after their last message, at least one
         * second. Beyond that the one that is silent for longest is forgotten; if it speaks again it goes on with what it has not got
         * acknowledged. Default: 16,384 and 24 h.
         */
        public Builder reliableStreams(int countMax, Duration forgetAfter) {
            reliableStreamsMax = (int) in("reliableStreamsMax", countMax, 16, 1 << 20);
            reliableForget = between("reliableForget", forgetAfter, 1_000, TimeUnit.DAYS.toMillis(365));
            return this;
        }

        /**
         * Sets how often peers are heard of, 10 ms to 1 min, how long they may be silent beyond that, and how sure one wants to be that they
         * are gone: 1 to 16. Default: 1 s, 3 s and 8, so that a dead peer is noticed within 6 s.
         */
        public Builder heartbeat(Duration every, Duration pauseMax, double phi) {
            heartbeat = between("heartbeat", every, 10, 60_000);
            pause = between("pause", pauseMax, 1, 600_000);
            if (!(phi >= 1 && phi <= 16)) {
                throw new IllegalArgumentException("phi is out of range: phi=" + phi + ", phiMin=1, phiMax=16");
            }
            phiMax = phi;
            return this;
        }

        /** Sets after how long without a connection a peer counts as lost, 10 ms to 1 h: watchers are told, asks fail. Default: 8 s. */
        public Builder lostAfter(Duration value) {
            lostAfter = between("lostAfter", value, 10, 3_600_000);
            return this;
        }

        /** Sets how long connecting, and then shaking hands, may take, 10 ms to 1 min. Default: 2 s and 5 s. */
        public Builder timeouts(Duration connect, Duration handshake) {
            connectTimeout = between("connectTimeout", connect, 10, 60_000);
            handshakeTimeout = between("handshakeTimeout", handshake, 10, 60_000);
            return this;
        }

        /** Sets how long to wait before connecting again, at first and at most, 1 ms to 10 min. Default: 50 ms and 2 s. */
        public Builder backoff(Duration first, Duration max) {
            backoffFirst = between("backoffFirst", first, 1, 600_000);
            backoffMax = between("backoffMax", max, 1, 600_000);
            return this;
        }

        /**
         * Sets how long messages for a peer that cannot be reached are kept, 0 to 1 h; then they become dead letters, and nothing is taken for
         * it until it is back. Default: 30 s. Reliable ones are kept for as long as it takes.
         */
        public Builder bufferFor(Duration value) {
            bufferFor = between("bufferFor", value, 0, 3_600_000);
            return this;
        }

        /**
         * Sets how long a peer that is lost, and was never named by {@link #peer}, is dialled if nothing waits for it, 10 ms to 30 d: no watcher,
         * no reliable message. Whoever sends to it has it dialled again, and it may dial at any time. Default: 10 min.
         */
        public Builder forgetAfter(Duration value) {
            forgetAfter = between("forgetAfter", value, 10, TimeUnit.DAYS.toMillis(30));
            return this;
        }

        /** Sets how long an ask waits that says nothing of it, 1 ms to 1 h. Default: 30 s. */
        public Builder askTimeout(Duration value) {
            askTimeout = between("askTimeout", value, 1, 3_600_000);
            return this;
        }

        /** Sets how many connections may be open that have not made themselves known, 1 to 65,536. Default: 1,024. */
        public Builder strangersMax(int value) {
            strangersMax = (int) in("strangersMax", value, 1, 1 << 16);
            return this;
        }

        /** Sets how many asks of one peer may be under way, 1 to 65,536. Default: 16,384. */
        public Builder asksMax(int value) {
            asksMax = (int) in("asksMax", value, 1, 1 << 16);
            return this;
        }

        /** Has every connection encrypted, and both ends prove which node they are. Needed as soon as another machine is to be reached. */
        public Builder tls(TlsOptions value) {
            tls = value;
            return this;
        }

        /** Returns the options. */
        public RemoteOptions build() {
            return new RemoteOptions(this);
        }

        private static Duration between(String name, Duration value, long minMs, long maxMs) {
            in(name + "Ms", value.toMillis(), minMs, maxMs);
            return value;
        }

        private static long in(String name, long value, long min, long max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(
                        name + " is out of range: " + name + "=" + value + ", min=" + min + ", max=" + max);
            }
            return value;
        }
    }
}
