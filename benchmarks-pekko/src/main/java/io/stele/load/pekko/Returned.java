package io.stele.load.pekko;

import java.util.concurrent.CountDownLatch;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/** An account that has come back from its history: says how long that was, and stops. */
final class Returned extends EventSourcedBehavior<Returned.Get, Account.Deposited, Account.State> {
    private final CountDownLatch gone;

    /** Asks how many events there were. */
    record Get(ActorRef<Long> replyTo) {}

    Returned(String id, CountDownLatch gone) {
        super(PersistenceId.ofUniqueId(id));
        this.gone = gone;
    }

    @Override
    public Account.State emptyState() {
        return new Account.State(0, 0);
    }

    @Override
    public CommandHandler<Get, Account.Deposited, Account.State> commandHandler() {
        return (state, get) -> Effect().stop().thenRun(after -> get.replyTo().tell(after.count()));
    }

    @Override
    public EventHandler<Account.State, Account.Deposited> eventHandler() {
        return Account.State::with;
    }

    @Override
    public SignalHandler<Account.State> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(PostStop.instance(), state -> gone.countDown())
                .build();
    }
}
