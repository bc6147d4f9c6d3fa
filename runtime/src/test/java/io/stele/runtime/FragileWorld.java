package io.stele.runtime;

import io.stele.codec.RecordCodec;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemoryJournalOptions;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import io.stele.testkit.InMemorySnapshotStore;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A system of fragile actors on stores in memory. */
final class FragileWorld implements AutoCloseable {
    final InMemoryJournal journal;
    final Fragile actor;
    final ActorSystem system;

    FragileWorld(
            SyncMode mode, Supervision supervision, Duration passivateAfter, UnaryOperator<ActorSystemBuilder> change) {
        journal = InMemoryJournal.open(InMemoryJournalOptions.standard().withSyncMode(mode));
        actor = new Fragile(supervision, passivateAfter);
        system = change.apply(ActorSystem.builder()
                        .journal(journal)
                        .snapshots(InMemorySnapshotStore.open())
                        .codec(RecordCodec.of())
                        .workerCount(2)
                        .closeTimeout(Duration.ofSeconds(5)))
                .build();
        system.register(actor);
    }

    FragileWorld(Supervision supervision, Duration passivateAfter, UnaryOperator<ActorSystemBuilder> change) {
        this(SyncMode.ON_REQUEST, supervision, passivateAfter, change);
    }

    FragileWorld(Supervision supervision) {
        this(supervision, Duration.ofMinutes(2), builder -> builder);
    }

    EntityRef fragile(String id) {
        return system.entity(Fragile.class, id);
    }

    @Override
    public void close() {
        system.close();
        journal.close();
    }
}
