package io.stele.load.pekko;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/** An account that stores an event of 100 bytes per deposit and then replies. */
final class Account extends EventSourcedBehavior<Account.Deposit, Account.Deposited, Account.State> {
    private static final byte[] FILLER = new byte[92];

    static {
        new Random(1).nextBytes(FILLER); // LevelDB compresses: zeros would give it a free ride
    }

    /** Asks for a deposit. */
    record Deposit(long amount, Runnable onReply, ActorRef<Deposit> replyTo) {}

    /** What is stored. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Deposited(long amount, byte[] filler) {
        static Deposited of(long amount) {
            return new Deposited(amount, FILLER);
        }

        byte[] toBytes() {
            return ByteBuffer.allocate(8 + filler.length)
                    .putLong(amount)
                    .put(filler)
                    .array();
        }

        static Deposited ofBytes(byte[] bytes) {
            ByteBuffer source = ByteBuffer.wrap(bytes);
            long amount = source.getLong();
            byte[] filler = new byte[source.remaining()];
            source.get(filler);
            return new Deposited(amount, filler);
        }
    }

    /** The sum so far. */
    record State(long sum, long count) {
        State with(Deposited event) {
            return new State(sum + event.amount(), count + 1);
        }
    }

    Account(String id) {
        super(PersistenceId.ofUniqueId(id));
    }

    @Override
    public State emptyState() {
        return new State(0, 0);
    }

    @Override
    public CommandHandler<Deposit, Deposited, State> commandHandler() {
        return (state, deposit) -> Effect()
                .persist(Deposited.of(deposit.amount()))
                .thenRun(after -> deposit.replyTo().tell(deposit));
    }

    @Override
    public EventHandler<State, Deposited> eventHandler() {
        return State::with;
    }

    /** The same as a classic actor with {@code persistAsync}: what Pekko's documentation recommends for a high rate of one actor. */
    static final class Pipelined extends AbstractPersistentActor {
        private final String id;
        private State state = new State(0, 0);

        Pipelined(String id) {
            this.id = id;
        }

        @Override
        public String persistenceId() {
            return id;
        }

        @Override
        public Receive createReceiveRecover() {
            return receiveBuilder()
                    .match(Deposited.class, event -> state = state.with(event))
                    .build();
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(
                            Deposit.class,
                            deposit -> persistAsync(Deposited.of(deposit.amount()), event -> {
                                state = state.with(event);
                                deposit.replyTo().tell(deposit);
                            }))
                    .build();
        }
    }
}
