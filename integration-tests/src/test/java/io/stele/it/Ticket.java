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
}
