package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;
import io.stele.runtime.DeadLetter;
import io.stele.runtime.EventHandlerException;
import io.stele.runtime.Gateway;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whom the peer sends to on one connection, and the messages that wait for room in their mailboxes.
 *
 * <p>A message whose actor has no room waits here, and those for the same actor behind it; the peer is told that the actor is busy. What
 * waits is taken off the peer's credit, so it cannot be more than its window, and nobody else waits.
 *
 * <p>Confined to the loop of its connection.
 */
final class InboundTargets {
    private static final int TARGETS_MAX = 1 << 16;

    private final RemoteNode node;
    private final PeerRules rules;
    private final Notices notices;
    private final List<Target> targets = new ArrayList<>();
    private final ArrayDeque<Target> waiting = new ArrayDeque<>(0);
    private long parkedBytes;

    /** Tells the peer something. */
    interface Notices {
        void send(byte type, Consumer<ByteBuf> body);

        /** Something waits: {@link InboundTargets#retry} is to be called soon. */
        void onParked();
    }

    /** Somebody of this node, as the peer calls him. */
    static final class Target {
        final ActorAddress.Kind kind;
        final String name;
        private final int number;
        final boolean allowed;
        private @Nullable ActorRef<?> ref;
        private @Nullable ArrayDeque<Parked> parked;

        Target(ActorAddress.Kind kind, String name, int number, boolean allowed) {
            this.kind = kind;
            this.name = name;
            this.number = number;
            this.allowed = allowed;
        }

        boolean isWaiting() {
            return parked != null && !parked.isEmpty();
        }
    }

    /** A message that waits for room. */
    private record Parked(Object message, int bytes) {}

    InboundTargets(RemoteNode node, PeerRules rules, Notices notices) {
        this.node = node;
        this.rules = rules;
        this.notices = notices;
    }

    /** Reads who is meant; null if it is somebody who waits for a reply, whose id follows. */
    @Nullable Target read(ByteBuf frame) {
        long number = Frames.readVarint(frame);
        if (number == Frames.TARGET_REPLY) {
            return null;
        }
        int index = (int) Math.min(TARGETS_MAX, number - Frames.TARGET_FIRST);
        if (number != Frames.TARGET_NAMED && index >= 0 && index < targets.size()) {
            return targets.get(index);
        }
        boolean named = number == Frames.TARGET_NAMED;
        if (!named && (index != targets.size() || index >= TARGETS_MAX)) {
            throw new ProtocolException("target was never named: number=" + number);
        }
        ActorAddress.Kind targetKind = Frames.readKind(frame);
        String name = Frames.readText(frame);
        Target target = new Target(targetKind, name, (int) number, rules.allows(targetKind, name));
        if (!named) {
            targets.add(target);
        }
        return target;
    }

    /** Returns who is meant; null if nobody is there. */
    @Nullable ActorRef<?> find(Target target) {
        ActorRef<?> ref = target.ref;
        if (ref == null || node.gateway().isGone(ref)) {
            ref = node.gateway().find(target.kind, target.name); // none yet, or perhaps another has taken the name
            target.ref = ref;
        }
        return ref;
    }

    /** Hands a message over, or has it wait. */
    void deliver(Target target, Object message, int bytes) {
        Gateway.Offer offer = target.isWaiting() ? Gateway.Offer.FULL : offer(target, message);
        if (offer == Gateway.Offer.FULL) {
            park(target, message, bytes);
        } else if (offer != Gateway.Offer.TAKEN) {
            node.gateway()
                    .deadLetter(
                            message,
                            target.name,
                            offer == Gateway.Offer.GONE ? DeadLetter.Reason.STOPPED : DeadLetter.Reason.REFUSED);
        }
    }

    /** Hands a message over if there is room. */
    Gateway.Offer offer(Target target, Object message) {
        ActorRef<?> ref = find(target);
        if (ref == null) {
            return Gateway.Offer.GONE;
        }
        return node.gateway().tell(ref, message);
    }

    /** Hands over a message of a reliable stream if there is room; the stream is told when it was handled. */
    Gateway.Offer offerUntilHandled(Target target, Object message, ReliableInbox.Stream stream, long number) {
        ActorRef<?> ref = find(target);
        if (ref == null) {
            return Gateway.Offer.GONE;
        }
        return node.gateway()
                .tellUntilHandled(
                        ref, message, stream.key + '/' + number, failure -> onHandled(target, stream, number, failure));
    }

    /** On any thread. What an actor rejects was handled. */
    private void onHandled(Target target, ReliableInbox.Stream stream, long number, @Nullable Throwable failure) {
        if (failure == null) {
            stream.onHandled(number, null);
            return;
        }
        Gateway.Failure why = Gateway.Failure.of(failure);
        if (why.isForNow()) {
            stream.onFailed(number);
        } else if (why == Gateway.Failure.REJECTED
                || why == Gateway.Failure.REPLY_LOST
                || failure instanceof EventHandlerException) { // its events are stored
            stream.onHandled(number, null);
        } else {
            String sentence = InboundConnection.sentenceOf(failure);
            node.onRefused(stream.key, target.name, sentence);
            stream.onHandled(number, sentence);
        }
    }

    private void park(Target target, Object message, int bytes) {
        ArrayDeque<Parked> parked = target.parked;
        if (parked == null) {
            parked = new ArrayDeque<>();
            target.parked = parked;
        }
        if (parked.isEmpty()) {
            waiting.add(target);
            if (target.number >= Frames.TARGET_FIRST) {
                notices.send(Frames.BUSY, body -> Frames.writeVarint(body, target.number));
            }
        }
        parked.add(new Parked(message, bytes));
        parkedBytes += bytes;
        notices.onParked();
    }

    /** Tries again those that wait; returns whether some still do. */
    boolean retry() {
        waiting.removeIf(this::unpark);
        return !waiting.isEmpty();
    }

    /** Hands over what waits for somebody; returns whether that was all. */
    private boolean unpark(Target target) {
        ArrayDeque<Parked> parked = target.parked;
        assert parked != null : "it waits";
        for (Parked first = parked.peek(); first != null; first = parked.peek()) {
            Gateway.Offer offer = offer(target, first.message());
            if (offer == Gateway.Offer.FULL) {
                return false;
            }
            if (offer != Gateway.Offer.TAKEN) {
                node.gateway().deadLetter(first.message(), target.name, DeadLetter.Reason.STOPPED);
            }
            parked.remove();
            parkedBytes -= first.bytes();
        }
        if (target.number >= Frames.TARGET_FIRST) {
            notices.send(Frames.READY, body -> Frames.writeVarint(body, target.number));
        }
        return true;
    }

    /** Returns how many bytes wait for room. */
    long parkedBytes() {
        return parkedBytes;
    }

    /** Returns how many messages wait in the mailboxes that the peer sends to, about. */
    int load() {
        int load = 0;
        for (Target target : targets) {
            ActorRef<?> ref = target.ref;
            load += ref == null ? 0 : ref.waitingCount();
        }
        return load;
    }

    /** The connection is over: what waits becomes dead letters. */
    void close() {
        for (Target target : waiting) {
            assert target.parked != null : "it waits";
            target.parked.forEach(
                    parked -> node.gateway().deadLetter(parked.message(), target.name, DeadLetter.Reason.DROPPED));
        }
        waiting.clear();
    }
}
