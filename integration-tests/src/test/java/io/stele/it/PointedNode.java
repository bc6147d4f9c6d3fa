package io.stele.it;

import io.stele.Stele;
import io.stele.codec.RecordCodec;
import io.stele.encryption.MasterKey;
import io.stele.encryption.SubjectKeys;
import io.stele.it.CompactingNode.Add;
import io.stele.it.CompactingNode.Cold;
import io.stele.it.CompactingNode.Hot;
import io.stele.it.CompactingNode.Read;
import io.stele.journal.JournalRepair;
import io.stele.journal.RepairPlan;
import io.stele.recovery.CompactionPlan;
import io.stele.recovery.Compactor;
import io.stele.recovery.LegalHolds;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.EntityRef;
import io.stele.spi.Clock;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A process that goes through everything that changes the disk, one after the other, in a few seconds: an encrypted directory that is
 * new; one that a kill has left, with a compaction, a legal hold and a backup; one that a power cut has left; one that is damaged, and
 * is repaired. Prints {@code DIRECTORY ACTOR COUNT} for every acknowledgement.
 *
 * <p>Arguments: the directory with all of these, and {@code prepare} if it is to be made, which ends in a kill.
 */
final class PointedNode {
    static final String NEW = "new";
    static final String KILLED = "killed";
    static final String CUT = "cut";
    static final String DAMAGED = "damaged";
    static final int COUNTERS = 4;

    private static final int SEGMENT_BYTES = 1 << 20;
    private static final String PADDING = "x".repeat(4_000);
    private static final String FORGOTTEN = "hot/h3";

    private PointedNode() {}

    /** Runs this class in a world with kill points. */
    static final class Woven {
        private Woven() {}

        public static void main(String[] args) throws Exception {
            try {
                Method main = Class.forName("io.stele.it.PointedNode", true, new DiskPlaces())
                        .getDeclaredMethod("main", String[].class);
                main.setAccessible(true);
                main.invoke(null, (Object) args);
            } catch (InvocationTargetException e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        }
    }

    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]);
        if (args.length > 1) {
            prepare(root);
        }
        encrypted(root.resolve(NEW), root.resolve("master.json"));
        killed(root);
        try (ActorSystem system = open(root.resolve(CUT), new ArrayList<>(), null)) {
            add(system, CUT, 20);
        }
        RepairPlan plan = JournalRepair.plan(Stele.journalDirectory(root.resolve(DAMAGED)), true);
        if (!plan.isEmpty()) {
            JournalRepair.execute(plan, Clock.system());
        }
        KillPoint.write(root.resolve("passes"));
        System.out.println("done");
    }

    /** Leaves two directories that somebody was killed in. */
    private static void prepare(Path root) {
        for (String name : List.of(KILLED, CUT)) {
            ActorSystem system = open(root.resolve(name), new ArrayList<>(), null);
            add(system, name, 1_200);
        }
        System.out.println("prepared");
        Runtime.getRuntime().halt(KillPoint.HALTED);
    }

    private static void encrypted(Path data, Path master) {
        try (SubjectKeys keys = SubjectKeys.open(Stele.keyDirectory(data), MasterKey.ofFile(master))) {
            try (ActorSystem system = open(data, new ArrayList<>(), keys)) {
                add(system, NEW, 100);
                keys.forget(FORGOTTEN);
                System.out.println(NEW + " forgotten 1");
            }
        }
    }

    private static void killed(Path root) {
        List<Compactor> compactors = new ArrayList<>();
        Path data = root.resolve(KILLED);
        LegalHolds holds = LegalHolds.of(Stele.legalHoldsFile(data));
        try (ActorSystem system = open(data, compactors, null)) {
            add(system, KILLED, 400);
            holds.hold(new PersistenceId("cold", "held"));
            holds.release(new PersistenceId("cold", "held"));
            CompactionPlan plan = compactors.get(0).plan();
            if (!plan.isEmpty()) {
                compactors.get(0).execute(plan, "test");
            }
            add(system, KILLED, 20);
            Stele.backup(system, root.resolve("backup"));
        }
    }

    static ActorSystem open(Path data, List<Compactor> compactors, @Nullable SubjectKeys keys) {
        RecordCodec codec = RecordCodec.of();
        return Stele.builder(data)
                .journal(options -> options.withSegmentBytes(SEGMENT_BYTES).withLaneCount(2))
                .codec(keys == null ? codec : keys.encrypting(codec))
                .register(new Hot())
                .register(new Cold())
                .compaction(UnaryOperator.identity(), compactors::add)
                .open();
    }

    private static void add(ActorSystem system, String name, int count) {
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int turn = 0; turn < count; turn++) {
            int i = turn % 50 == 0 ? 0 : 1 + turn % (COUNTERS - 1);
            sent.add(CompactingNode.entity(system, i)
                    .<Long>ask(new Add(i == 0 ? "" : PADDING))
                    .thenAccept(value -> System.out.println(name + " " + i + " " + value))
                    .toCompletableFuture());
        }
        sent.forEach(CompletableFuture::join);
    }

    /**
     * Opens what is left of one of the directories, and requires that everything acknowledged is there and that it takes more.
     *
     * @param acknowledged the highest count of each actor
     */
    static void check(Path root, String name, Map<Integer, Long> acknowledged, boolean forgotten, String what)
            throws IOException {
        Path data = root.resolve(name);
        if (!Files.exists(data)) {
            require(acknowledged.isEmpty(), what, "directory is gone: " + name);
            return;
        }
        if (!name.equals(NEW)) {
            check(data, name, null, acknowledged, what);
            return;
        }
        try (SubjectKeys keys =
                SubjectKeys.open(Stele.keyDirectory(data), MasterKey.ofFile(root.resolve("master.json")))) {
            require(
                    !forgotten || keys.isForgotten(FORGOTTEN),
                    what,
                    "somebody who was said to be forgotten is not: " + FORGOTTEN);
            if (keys.isForgotten(FORGOTTEN)) {
                acknowledged.remove(3);
            }
            check(data, name, keys, acknowledged, what);
        }
    }

    private static void check(
            Path data, String name, @Nullable SubjectKeys keys, Map<Integer, Long> acknowledged, String what) {
        try (ActorSystem system = open(data, new ArrayList<>(), keys)) {
            acknowledged.forEach((i, value) -> {
                EntityRef entity = CompactingNode.entity(system, i);
                long stored = entity.<Long>ask(new Read()).toCompletableFuture().join();
                require(
                        stored >= value,
                        what,
                        "acknowledged events are lost: directory=" + name + ", actor=" + i + ", acknowledged=" + value
                                + ", found=" + stored);
                long next = entity.<Long>ask(new Add("")).toCompletableFuture().join();
                require(next == stored + 1, what, "count goes from " + stored + " to " + next);
            });
        }
    }

    private static void require(boolean condition, String what, String message) {
        if (!condition) {
            throw new AssertionError("killed at " + what + ": " + message);
        }
    }
}
