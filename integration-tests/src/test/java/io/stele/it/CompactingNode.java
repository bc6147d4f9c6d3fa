package io.stele.it;

import io.stele.Stele;
import io.stele.recovery.CompactionPlan;
import io.stele.recovery.Compactor;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EntityRef;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.spi.PersistenceId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;

/**
 * A process that counts, and compacts what it has counted, as fast as it can, until it is killed. Prints {@code ID VALUE} for every
 * acknowledgement, and {@code run N} for every compaction that has finished.
 */
final class CompactingNode {
    static final int COUNTERS = 12;

    /** One that is never snapshotted, so that all it did has to be carried over for ever. */
    static final String COLD = "cold";

    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int IN_FLIGHT_MAX = 64;
    private static final String PADDING = "x".repeat(4_000);

    private CompactingNode() {}

    record Add(String padding) implements Command<Long> {}

    record Read() implements Command<Long> {}

    record Added(String padding) {}

    record Count(long value) {}

    /** Counts its events. */
    static class Counting extends PersistentActor<Added, Count> {
        Counting(String entityType) {
            super(entityType);
        }

        @Override
        protected Count initialState() {
            return new Count(0);
        }

        @Override
        protected void commands(CommandHandlers<Added, Count> on) {
            on.on(Add.class, (count, add) -> persist(new Added(add.padding())).thenReply(Count::value));
            on.on(Read.class, (count, read) -> reply(count.value()));
        }

        @Override
        protected void events(EventHandlers<Added, Count> on) {
            on.on(Added.class, (count, added) -> new Count(count.value() + 1));
        }

        @Override
        protected List<Class<?>> storedTypes() {
            return List.of(Added.class, Count.class);
        }
    }

    /** Takes a snapshot every few events. */
    static final class Hot extends Counting {
        Hot() {
            super("hot");
        }

        @Override
        protected int snapshotEvery() {
            return 20;
        }
    }

    /** Takes none. */
    static final class Cold extends Counting {
        Cold() {
            super("cold");
        }

        @Override
        protected int snapshotEvery() {
            return 0;
        }
    }

    static ActorSystem open(Path directory, List<Compactor> compactors) {
        return Stele.builder(directory)
                .journal(options -> options.withSegmentBytes(SEGMENT_BYTES).withLaneCount(2))
                .register(new Hot())
                .register(new Cold())
                .compaction(UnaryOperator.identity(), compactors::add)
                .open();
    }

    static EntityRef entity(ActorSystem system, int i) {
        return i == 0 ? system.entity(Cold.class, COLD) : system.entity(Hot.class, "h" + i);
    }

    static PersistenceId id(int i) {
        return i == 0 ? new PersistenceId("cold", COLD) : new PersistenceId("hot", "h" + i);
    }

    public static void main(String[] args) throws Exception {
        List<Compactor> compactors = new ArrayList<>();
        try (ActorSystem system = open(Path.of(args[0]), compactors)) {
            Thread load = new Thread(() -> load(system), "load");
            load.setDaemon(true);
            load.start();
            System.out.println("ready");
            while (load.isAlive()) {
                CompactionPlan plan = compactors.get(0).plan();
                if (!plan.isEmpty()) {
                    System.out.println(
                            "run " + compactors.get(0).execute(plan, "test").run());
                }
            }
        }
    }

    private static void load(ActorSystem system) {
        Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
        for (long turn = 0; ; turn++) {
            inFlight.acquireUninterruptibly();
            int i = turn % 50 == 0 ? 0 : (int) (1 + turn % (COUNTERS - 1));
            entity(system, i).ask(new Add(i == 0 ? "" : PADDING)).whenComplete((value, failure) -> {
                inFlight.release();
                System.out.println(failure == null ? i + " " + value : "failed " + failure);
            });
        }
    }
}
