package io.stele.remote;

import io.stele.runtime.Actor;
import io.stele.runtime.ActorRef;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.Context;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Messages and actors of the tests. */
final class Bank {
    static final Class<?>[] MESSAGES = {
        Note.class, Greet.class, Greeting.class, Deposit.class, Withdraw.class, Poor.class, Balance.class
    };

    private Bank() {}

    record Note(int sender, long number) {}

    record Greet(String name, ActorRef<Greeting> replyTo) {}

    record Greeting(String text) {}

    record Deposit(long cents, String commandId) implements Command<Balance> {}

    record Withdraw(long cents) implements Command<Balance> {}

    record Balance(long cents) {}

    record Poor(long cents) {}

    record Changed(long cents) {}

    /** Says hello. */
    static final class Greeter implements Actor<Greet> {
        @Override
        public void onMessage(Greet greet, Context<Greet> context) {
            if (greet.name().isEmpty()) {
                throw new IllegalArgumentException("nobody has no name");
            }
            greet.replyTo().tell(new Greeting("Hello, " + greet.name()));
        }
    }

    /** Keeps what it is told. */
    static final class Keeper implements Actor<Object> {
        final Queue<Object> kept = new ConcurrentLinkedQueue<>();

        @Override
        public void onMessage(Object message, Context<Object> context) {
            kept.add(message);
        }
    }

    /** Keeps money. */
    static final class Account extends PersistentActor<Changed, Long> {
        Account() {
            super("account");
        }

        @Override
        protected Long initialState() {
            return 0L;
        }

        @Override
        protected void commands(CommandHandlers<Changed, Long> on) {
            on.on(
                    Deposit.class,
                    (cents, deposit) -> persist(new Changed(deposit.cents())).thenReply(Balance::new));
            on.on(
                    Withdraw.class,
                    (cents, withdraw) -> cents < withdraw.cents()
                            ? reject(new Poor(cents))
                            : persist(new Changed(-withdraw.cents())).thenReply(Balance::new));
        }

        @Override
        protected void events(EventHandlers<Changed, Long> on) {
            on.on(Changed.class, (cents, changed) -> cents + changed.cents());
        }
    }
}
