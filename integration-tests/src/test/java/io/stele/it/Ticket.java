package io.stele.it;

import io.stele.codec.FormerName;
import io.stele.codec.PayloadValue;
import io.stele.codec.StoredName;
import io.stele.codec.WhenMissing;
import io.stele.recovery.Upcasters;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.PersistentActor;
import java.math.BigDecimal;
import java.util.List;

/** An actor as it is today. Golden journals hold events of the program that it once was: {@link OldTicket}. */
final class Ticket extends PersistentActor<Ticket.Event, Ticket.State> {
    sealed interface Event {}

    /** Was {@code opened(int cents, String subject)}: renamed, widened twice, one component added, one renamed. */
    @StoredName("ticket-opened")
    @FormerName("opened")
    record Opened(
            BigDecimal cents,
            @FormerName("subject") String title,
            @WhenMissing("NORMAL") Urgency urgency) implements Event {}

    enum Urgency {
        @FormerName("CRITICAL")
        HIGH,
        NORMAL
    }

    /** Was one event with an amount and a fee. */
    @StoredName(value = "paid", version = 2)
    record Paid(long cents) implements Event {}

    record FeePaid(long cents) implements Event {}

    record Rated(Urgency urgency) implements Event {}

    record State(List<String> log) {}

    record Get() implements Command<State> {}

    Ticket() {
        super("ticket");
    }

    @Override
    protected State initialState() {
        return new State(List.of());
    }

    @Override
    protected void commands(CommandHandlers<Event, State> on) {
        on.on(Get.class, (state, get) -> reply(state));
    }

    @Override
    protected State onEvent(State state, Event event) {
        return new State(
                java.util.stream.Stream.concat(state.log().stream(), java.util.stream.Stream.of(event.toString()))
                        .toList());
    }

    @Override
    protected void upcasters(Upcasters on) {
        on.event(OldTicket.Paid.class, old -> List.of(new Paid(old.cents()), new FeePaid(old.fee())))
                .event(OldTicket.Viewed.class, old -> List.of())
                .event("closed", 1, stored -> {
                    PayloadValue.Fields old = (PayloadValue.Fields) PayloadValue.read(stored.payload());
                    return List.of(new FeePaid(old.whole("penalty")));
                });
    }

    @Override
    protected int snapshotEvery() {
        return 0;
    }

    /** The program that wrote the golden journals. Never changed. */
    static final class OldTicket extends PersistentActor<OldTicket.Event, OldTicket.State> {
        sealed interface Event {}

        @StoredName("opened")
        record Opened(int cents, String subject) implements Event {}

        @StoredName("paid")
        record Paid(long cents, long fee) implements Event {}

        @StoredName("viewed")
        record Viewed(String by) implements Event {}

        @StoredName("closed")
        record Closed(long penalty) implements Event {}

        enum Urgency {
            CRITICAL
        }

        @StoredName("rated")
        record Rated(Urgency urgency) implements Event {}

        @StoredName("old-ticket")
        record State(long count) {}

        record Do(List<Event> events) implements Command<Long> {}

        OldTicket() {
            super("ticket");
        }

        @Override
        protected State initialState() {
            return new State(0);
        }

        @Override
        protected void commands(CommandHandlers<Event, State> on) {
            on.on(Do.class, (state, command) -> persistAll(command.events()).thenReply(State::count));
        }

        @Override
        protected State onEvent(State state, Event event) {
            return new State(state.count() + 1);
        }

        @Override
        protected int snapshotEvery() {
            return 3;
        }
    }
}
