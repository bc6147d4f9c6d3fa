package io.stele.actortestkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.recovery.HashPoint;
import io.stele.recovery.Moment;
import io.stele.runtime.PersistentActor;
import io.stele.runtime.TimeTravel;
import io.stele.spi.Snapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * Replays the history of a scenario in every way there is, and requires that all come to one state.
 *
 * <pre>
 *   events 1 … n            ──replay──&gt; state ─┐
 *   snapshot k, k+1 … n     ──replay──&gt; state ─┼──&gt; the same components, the same hash
 *   the living actor        ──encode──&gt; state ─┘
 * </pre>
 *
 * @param <E> events
 * @param <S> state
 */
final class Replays<E, S> {
    private final ActorScenario<E, S> scenario;

    Replays(ActorScenario<E, S> scenario) {
        this.scenario = scenario;
    }

    /** Reads the events behind {@code sequenceNumber}, as the codec gives them back. */
    @SuppressWarnings("unchecked")
    List<E> eventsAfter(long sequenceNumber) {
        List<E> events = new ArrayList<>();
        scenario.journal()
                .replay(
                        scenario.persistenceId,
                        sequenceNumber + 1,
                        Long.MAX_VALUE,
                        stored -> events.add((E) scenario.codec.decode(stored.type(), stored.payload())));
        return events;
    }

    /** Works the state out from the snapshot at {@code snapshotSequenceNumber}, or from the first event if that is 0. */
    @SuppressWarnings("unchecked")
    S state(long snapshotSequenceNumber, Moment moment) {
        TimeTravel past = new TimeTravel(
                scenario.journal(),
                scenario.snapshots.only(scenario.persistenceId, snapshotSequenceNumber),
                scenario.codec,
                scenario.clock());
        past.register(scenario.actor);
        return past.stateAt(
                        (Class<? extends PersistentActor<?, S>>) scenario.actor.getClass(),
                        scenario.persistenceId.entityId(),
                        moment)
                .state();
    }

    /**
     * Returns the state that all ways lead to.
     *
     * @throws AssertionError if they do not
     */
    S requireOneState(String what) {
        S folded = state(0, Moment.LATEST);
        long last = scenario.lastSequenceNumber();
        for (long number : scenario.snapshots.sequenceNumbers(scenario.persistenceId)) {
            if (number == last) {
                requireSame(folded, livingState(number), last, "state of the living actor", what);
            } else {
                requireSame(folded, state(number, Moment.LATEST), last, "replay from the snapshot at " + number, what);
            }
        }
        return folded;
    }

    private Object livingState(long sequenceNumber) {
        Snapshot snapshot = scenario.snapshots
                .load(scenario.persistenceId, sequenceNumber)
                .orElseThrow(() -> new AssertionError("snapshot is gone: sequenceNumber=" + sequenceNumber));
        return scenario.codec.decode(snapshot.type(), snapshot.payload());
    }

    private void requireSame(S folded, Object other, long sequenceNumber, String how, String what) {
        assertThat(other)
                .as(
                        "after %s: replay from the first event and %s must come to one state: sequenceNumber=%d",
                        what, how, sequenceNumber)
                .usingRecursiveComparison()
                .isEqualTo(folded);
        assertThat(hash(other, sequenceNumber))
                .as("after %s: hash of the state, %s: sequenceNumber=%d", what, how, sequenceNumber)
                .isEqualTo(hash(folded, sequenceNumber));
    }

    private long hash(Object state, long sequenceNumber) {
        return HashPoint.of(sequenceNumber, state, scenario.codec).hash();
    }
}
