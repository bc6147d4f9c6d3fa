package io.stele.actortestkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.actortestkit.Purse.Added;
import io.stele.actortestkit.Purse.Contents;
import io.stele.actortestkit.Purse.Put;
import io.stele.actortestkit.Purse.Take;
import io.stele.runtime.ActorFailedException;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.OutcomeUnknownException;
import io.stele.spi.Durability;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ActorScenarioTest {

    @Test
    void shouldTellEventsReplyAndState() {
        ActorScenario.of(new Purse())
                .given(new Added(5), new Added(7))
                .when(new Put(3, null))
                .thenEvents(new Added(3))
                .thenReply(15L)
                .thenState(new Contents(15, List.of(5L, 7L, 3L)))
                .when(new Take(100))
                .thenRejected("not enough")
                .thenNoEvents()
                .thenState(new Contents(15, List.of(5L, 7L, 3L)));
    }

    @Test
    void shouldHandOverWhatIsToBeLookedAt() {
        ActorScenario.of(new Purse())
                .when(new Put(3, null))
                .thenEventsSatisfy(events -> assertThat(events).hasSize(1))
                .thenReplySatisfies(reply -> assertThat(reply).isEqualTo(3))
                .thenStateSatisfies(state -> assertThat(state.coins()).containsExactly(3L));
    }

    @Test
    void shouldGoOnBehindACrash() {
        ActorScenario.of(new Purse())
                .when(new Put(3, "id-1"))
                .crash(Durability.POWER_LOSS)
                .when(new Put(3, "id-1"))
                .thenReply(3L)
                .thenNoEvents()
                .when(new Put(4, "id-2"))
                .thenReply(7L);
    }

    @Test
    void shouldInjectAFailureOfTheJournal() {
        ActorScenario.of(new Purse())
                .given(new Added(1))
                .failNextAppend()
                .when(new Put(3, null))
                .thenFails(OutcomeUnknownException.class)
                .thenNoEvents()
                .crash(Durability.PROCESS_CRASH)
                .when(new Put(4, null))
                .thenReply(5L);
    }

    @Test
    void shouldSayWhatCameInstead() {
        Outcome<Purse.Event, Contents, Long> outcome =
                ActorScenario.of(new Purse()).when(new Put(3, null));

        assertThatThrownBy(() -> outcome.thenEvents(new Added(4)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("events after: Put[coin=3");
        assertThatThrownBy(() -> outcome.thenReply(4L)).hasMessageContaining("reply to: Put[coin=3");
        assertThatThrownBy(() -> outcome.thenState(new Contents(4, List.of(4L))))
                .hasMessageContaining("state after");
        assertThatThrownBy(() -> outcome.thenRejected("no")).hasMessageContaining("should have been rejected");
        assertThatThrownBy(() -> outcome.thenFails(ActorFailedException.class))
                .hasMessageContaining("should have failed");
    }

    @Test
    void shouldFindAnEventHandlerThatLooksAtMoreThanTheEvent() {
        AtomicLong calls = new AtomicLong();
        ActorScenario<Purse.Event, Contents> scenario = ActorScenario.of(new Purse() {
            @Override
            protected void events(EventHandlers<Event, Contents> on) {
                on.on(Added.class, (contents, added) -> contents.with(added.coin() + calls.getAndIncrement()));
            }
        });

        assertThatThrownBy(() -> scenario.when(new Put(3, null)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("must come to one state");
    }

    /** A state that hides something from the codec: only a replay from a snapshot can tell. */
    @Test
    void shouldFindAStateThatASnapshotDoesNotBringBack() {
        ActorScenario<Forgetful.Counted, Forgetful.Count> scenario = ActorScenario.of(new Forgetful());

        assertThatThrownBy(() -> scenario.when(new Forgetful.Increment()).when(new Forgetful.Increment()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("must come to one state");
    }

    @Test
    void shouldRefuseWhatIsGivenTooLate() {
        ActorScenario<Purse.Event, Contents> scenario = ActorScenario.of(new Purse());
        scenario.when(new Put(3, null));

        assertThatThrownBy(() -> scenario.given(new Added(1))).isInstanceOf(IllegalStateException.class);
    }
}
