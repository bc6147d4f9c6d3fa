package io.stele.remote;

import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorException;
import io.stele.runtime.ActorRef;
import io.stele.runtime.MailboxFullException;
import io.stele.runtime.PendingReply;
import io.stele.runtime.RemoteActorRef;
import io.stele.runtime.Watcher;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The address of somebody on another node.
 *
 * <p>Any thread. What it is called on the connection belongs to the stream's loop.
 */
abstract class RemoteTarget implements RemoteActorRef {
    final Association association;
    final ActorAddress address;
    final OutboundStream stream;

    /** On which connection it has a number, and that number. */
    long definedOn;

    int number;
    /** Its mailbox is full, as far as is known here. */
    volatile boolean isBusy;

    RemoteTarget(Association association, ActorAddress address) {
        this.association = association;
        this.address = address;
        stream = association.streamTo(address);
    }

    @Override
    public final ActorAddress address() {
        return address;
    }

    @Override
    public final void addWatcher(Watcher watcher) {
        association.watches().add(this, watcher);
    }

    @Override
    public final void removeWatcher(Watcher watcher) {
        association.watches().remove(this, watcher);
    }

    final boolean send(Object message) {
        return !isBusy && association.admits() && stream.offer(new Outgoing(this, message));
    }

    final <R> CompletionStage<R> question(
            Function<? super ActorRef<R>, ?> message, boolean addressed, Duration timeout) {
        PendingReply<R> pending = association.gateway().pending();
        ReplyTable.Waiting<R> waiting = new ReplyTable.Waiting<>(pending, association);
        long nowNs = association.nowNs();
        ActorException refusal = association.refuseAsk(this);
        if (refusal == null && !association.replies().add(waiting, nowNs)) {
            refusal = new MailboxFullException(
                    "too many replies are waited for, try again later: actor=" + address, null);
            association.onAskRefused();
        }
        if (refusal != null) {
            pending.about(address);
            pending.fail(refusal);
            return pending.stage(timeout, address);
        }
        Object made = message.apply(waiting);
        pending.about(made);
        Outgoing question = new Outgoing.Question(this, made, waiting, addressed, nowNs + timeout.toNanos());
        if (!stream.offer(question)) {
            association.replies().remove(waiting);
            pending.fail(association.notTaken(this));
        }
        CompletionStage<R> stage = pending.stage(timeout, address);
        association.onAsked(stage, nowNs);
        return stage;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof RemoteTarget that && address.equals(that.address);
    }

    @Override
    public final int hashCode() {
        return address.hashCode();
    }

    @Override
    public final String toString() {
        return address.toString();
    }
}
