package io.stele.remote;

import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;
import io.stele.runtime.Command;
import io.stele.runtime.EntityRef;
import io.stele.spi.PersistenceId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The address of a persistent actor on another node. */
final class RemoteEntity extends RemoteTarget implements EntityRef {
    private final PersistenceId persistenceId;

    RemoteEntity(Association association, ActorAddress address) {
        super(association, address);
        persistenceId = address.persistenceId();
    }

    @Override
    public PersistenceId persistenceId() {
        return persistenceId;
    }

    @Override
    public boolean tell(Command<?> command) {
        return send(command);
    }

    @Override
    public <R> CompletionStage<R> ask(Command<R> command) {
        return ask(command, association.askTimeout());
    }

    @Override
    public <R> CompletionStage<R> ask(Command<R> command, Duration timeout) {
        return this.<R>question(unused -> command, false, timeout);
    }

    @Override
    public <R> CompletionStage<R> ask(Function<? super ActorRef<R>, ? extends Command<?>> message, Duration timeout) {
        return question(message, true, timeout);
    }

    @Override
    public int waitingCount() {
        return association.peerLoad();
    }
}
