package io.stele.remote;

import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;
import io.stele.runtime.RemoteActorRef;
import io.stele.runtime.Watcher;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The address of somebody on another node whose messages arrive. An ask through it is an ordinary one: its reply says that it has arrived.
 *
 * <p>Any thread.
 *
 * @param <M> the messages
 */
final class ReliableActor<M> implements ActorRef<M>, RemoteActorRef {
    private final RemoteTarget target;
    private final ReliableStream stream;

    ReliableActor(RemoteTarget target, ReliableStream stream) {
        this.target = target;
        this.stream = stream;
    }

    @Override
    public boolean tell(M message) {
        if (!stream.reserve()) {
            return false;
        }
        if (target.stream.offerReliable(new Outgoing.Numbered(target, message, stream))) {
            return true;
        }
        stream.unreserve();
        return false;
    }

    @Override
    public <R> CompletionStage<R> ask(Function<? super ActorRef<R>, ? extends M> message, Duration timeout) {
        return target.question(message, true, timeout);
    }

    @Override
    public ActorAddress address() {
        return target.address;
    }

    @Override
    public void addWatcher(Watcher watcher) {
        target.addWatcher(watcher);
    }

    @Override
    public void removeWatcher(Watcher watcher) {
        target.removeWatcher(watcher);
    }

    @Override
    public int waitingCount() {
        return stream.count();
    }

    @Override
    public String toString() {
        return "reliable " + target;
    }
}
