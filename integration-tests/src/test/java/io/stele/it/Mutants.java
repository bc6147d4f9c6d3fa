package io.stele.it;

import static net.bytebuddy.matcher.ElementMatchers.named;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.MemberSubstitution;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.implementation.StubMethod;
import net.bytebuddy.pool.TypePool;
import org.jspecify.annotations.Nullable;

/**
 * Bugs that are planted on purpose, to see whether a campaign finds them. Each changes the bytes of one class while it is loaded, in a
 * world of its own: a class loader that loads everything of this project anew. The code that users run carries no switch.
 */
final class Mutants {
    private static final String JOURNAL = "io.stele.journal.";
    private static final String RUNTIME = "io.stele.runtime.";
    private static final String FILE = JOURNAL + "SegmentStorage$OpenFile";
    private static final String STORAGE = JOURNAL + "SegmentStorage";

    private static final long SEED_MS_MAX = 60_000;

    private Mutants() {}

    /** Changes a class. */
    private interface Edit {
        DynamicType.Builder<?> apply(DynamicType.Builder<?> builder);
    }

    /**
     * One planted bug.
     *
     * @param name what is wrong with it
     * @param campaign the class whose {@code run(Path, long)} must find it
     * @param seeds within how many seeds
     */
    record Mutant(String name, String type, String campaign, int seeds, Edit edit) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String JOURNAL_SIMULATION = "io.stele.it.JournalSimulation";
    private static final String NODE_SIMULATION = "io.stele.it.NodeSimulation";
    private static final String SURVEY = "io.stele.it.CorruptionSurvey";

    static List<Mutant> all() {
        return List.of(
                journal("acknowledges before it forces", "LaneSync", without("force", FILE, "force")),
                journal("does not force a segment when it rolls", "LaneSync", without("moveTo", FILE, "force")),
                journal(
                        "does not force the directory of a new segment",
                        "LaneSync",
                        without("force", STORAGE, "forceDirectory")),
                journal("goes on after a force that failed", "LaneSync", nothing("failed")),
                journal(
                        "trusts the page cache after a failed force",
                        "TailRepair",
                        without("run", JOURNAL + "TailRepair", "rewrite")),
                journal("does not force what an opening trusts", "TailRepair", without("run", FILE, "force")),
                journal("leaves a torn tail where it is", "TailRepair", without("run", JOURNAL + "TailRepair", "cut")),
                journal("uses a reserve that a power cut has touched", "LaneRecovery", nothing("forgetReserve")),
                journal("takes every crash for one of the process", "LaneRecovery", constant("isPowerCut", false)),
                journal("believes every record without its checksum", "RecordView", constant("isRight", true)),
                journal("forgets actors behind the index", "LaneIndex", constant("rememberTail", true)),
                journal("deletes because of a mark that is not on disk", "CompactedMark", nothing("renew")),
                journal("does not force the mark of a compaction", "CompactedMark", without("write", FILE, "force")),
                journal("does not force what it carries over", "CarriedFileWriter", without("finish", FILE, "force")),
                journal("carries nothing over", "LaneCompaction", constant("stays", false)),
                node(
                        "lets replies out before they are durable",
                        "Outbox",
                        without("park", "io.stele.spi.EventStream", "lastPosition")),
                node("does not know a command that it has carried out", "DeduplicationWindow", nothingFound("find")),
                node("loses known commands in a snapshot", "DeduplicationWindow", nothing("decode")),
                node("loses known commands in a replay", "DeduplicationWindow", nothing("put")),
                node(
                        "acknowledges before it forces, seen from outside",
                        "LaneSync",
                        JOURNAL,
                        without("force", FILE, "force")),
                node("fires timers before their time", "DurableTimers", constant("firesAtMs", 0L)),
                node("restarts without a limit", "Failures", constant("countRestart", true)),
                survey("opens a manifest whose checksum is wrong", "Manifest", nothing("requireChecksum")),
                survey("reads records without their checksums", "RecordView", constant("isRight", true)),
                survey("takes damage in front of whole records for a tail", "LaneRecovery", nothing("requireUnforced")),
                survey("does not miss a segment", "LaneRecovery", nothing("requireNoGap")),
                survey("does not miss what was carried over", "CarriedFiles", nothing("requireComplete")),
                survey("believes the index of a carried file", "CarriedFile", nothing("requireIndex")));
    }

    private static Mutant journal(String name, String type, Edit edit) {
        return new Mutant(name, JOURNAL + type, JOURNAL_SIMULATION, 400, edit);
    }

    private static Mutant node(String name, String type, Edit edit) {
        return node(name, type, RUNTIME, edit);
    }

    private static Mutant node(String name, String type, String room, Edit edit) {
        return new Mutant(name, room + type, NODE_SIMULATION, 150, edit);
    }

    private static Mutant survey(String name, String type, Edit edit) {
        return new Mutant(name, JOURNAL + type, SURVEY, 40, edit);
    }

    /** Leaves out the calls of a method within another. */
    private static Edit without(String within, String owner, String called) {
        return builder -> builder.visit(MemberSubstitution.relaxed()
                .method(named(called)
                        .and(target ->
                                target.getDeclaringType().asErasure().getName().equals(owner)))
                .stub()
                .on(named(within)));
    }

    private static Edit constant(String method, Object value) {
        return builder -> builder.method(named(method)).intercept(FixedValue.value(value));
    }

    private static Edit nothing(String method) {
        return builder -> builder.method(named(method)).intercept(StubMethod.INSTANCE);
    }

    private static Edit nothingFound(String method) {
        return builder -> builder.method(named(method)).intercept(FixedValue.nullValue());
    }

    /**
     * Runs a mutant's campaign until it is found out.
     *
     * @return how: the seed and what was said; null if it survives
     */
    static @Nullable String kill(Mutant mutant, Path root) throws IOException, ReflectiveOperationException {
        World world = new World(mutant);
        Method run = Class.forName(mutant.campaign, true, world).getDeclaredMethod("run", Path.class, long.class);
        run.setAccessible(true);
        for (long seed = 1; seed <= mutant.seeds; seed++) {
            Path directory = Files.createTempDirectory(root, "mutant-");
            String found = run(run, directory, seed);
            if (found != null) {
                requireChanged(world, mutant);
                return "seed " + seed + ": " + found;
            }
            SimulationCampaign.delete(directory);
        }
        requireChanged(world, mutant);
        return null;
    }

    /**
     * Runs one seed, which takes a fraction of a second. One that waits for ever for what cannot come any more is found out as well: its
     * thread is left behind.
     *
     * @return what was said; null if nothing was
     */
    private static @Nullable String run(Method run, Path directory, long seed) {
        AtomicReference<@Nullable String> found = new AtomicReference<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        run.invoke(null, directory, seed);
                    } catch (InvocationTargetException e) {
                        found.set(String.valueOf(e.getCause()));
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException(e);
                    }
                },
                "mutant");
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(SEED_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return thread.isAlive() ? "does not come to an end" : found.get();
    }

    private static void requireChanged(World world, Mutant mutant) {
        if (!world.changed) {
            throw new IllegalStateException("mutant is no other than the original: " + mutant);
        }
    }

    /** Has one class changed. */
    private static final class World extends WovenWorld {
        private final Mutant mutant;
        private boolean changed;

        World(Mutant mutant) {
            this.mutant = mutant;
        }

        @Override
        byte[] weave(String name, byte[] original) {
            return name.equals(mutant.type) ? mutate(name, original) : original;
        }

        private byte[] mutate(String name, byte[] original) {
            ClassFileLocator locator = ClassFileLocator.ForClassLoader.of(getParent());
            TypeDescription type = TypePool.Default.of(locator).describe(name).resolve();
            byte[] unchanged = new ByteBuddy().redefine(type, locator).make().getBytes();
            byte[] bytes = mutant.edit
                    .apply(new ByteBuddy().redefine(type, locator))
                    .make()
                    .getBytes();
            changed = !java.util.Arrays.equals(bytes, unchanged) && original.length > 0;
            return bytes;
        }
    }
}
