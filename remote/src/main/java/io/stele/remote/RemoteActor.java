package io.stele.remote;

import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The address of a plain actor on another node.
 *
 * @param <M> the messages it takes
 */
final class RemoteActor<M> extends RemoteTarget implements ActorRef<M> {

    RemoteActor(Association association, ActorAddress address) {
        super(association, address);
    }

    @Override
    public boolean tell(M message) {
        return send(message);
    }

    @Override
    public <R> CompletionStage<R> ask(Function<? super ActorRef<R>, ? extends M> message, Duration timeout) {
        return question(message, true, timeout);
    }

    @Override
    public int waitingCount() {
        return association.peerLoad();
    }
}
