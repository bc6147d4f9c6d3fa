package io.stele.tools;

import io.stele.journal.JournalPieces;
import io.stele.recovery.FixedSnapshots;
import io.stele.snapshot.RocksStores;
import io.stele.spi.Clock;
import io.stele.spi.EventHistory;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotStore;
import io.stele.tools.Rehearsal.Outcome;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Replays history with the code in a jar, lane by lane on all processors. */
final class JarReplay {
    /** How much history of those that have to be looked at twice is held in memory at once, by each of several threads. */
    private static final long SHARE_BYTES_MAX = 128L << 20;

    private static final int SAMPLE_STEPS = 1 << 20;

    private final GlobalOptions options;
    private final Settings settings;
    private final AtomicLong bytesRead = new AtomicLong();
    private final AtomicLong eventCount = new AtomicLong();
    private long bytesTotal = 1;

    /**
     * What is asked for.
     *
     * @param jar the code to try
     * @param old the code to compare with; null to compare with hashes and snapshots
     * @param classes of actors; empty for all in the jar
     * @param classPath what the jars need
     * @param codecJar a codec of the user's own; null for that of Stele
     * @param sharePercent of the actors
     * @param wanted of the actors, by name
     */
    record Settings(
            Path jar,
            @Nullable Path old,
            List<String> classes,
            List<Path> classPath,
            @Nullable Path codecJar,
            double sharePercent,
            Predicate<String> wanted) {}

    JarReplay(GlobalOptions options, Settings settings) {
        this.options = options;
        this.settings = settings;
    }

    JarReplayReport run(DataDirectory directory) {
        JournalPieces pieces = directory.pieces();
        long startNs = Clock.system().nanoTime();
        List<Outcome> outcomes = new ArrayList<>();
        Path old = settings.old;
        List<String> kinds = new ArrayList<>();
        try (RocksStores stores = directory.snapshots();
                UserLoader now = UserLoader.side(path(settings.jar));
                UserLoader before = old == null ? null : UserLoader.side(path(old))) {
            SnapshotStore snapshots = stores == null ? FixedSnapshots.of() : stores.snapshots();
            List<String> names =
                    settings.classes.isEmpty() ? UserClasses.actorsIn(settings.jar, now) : settings.classes;
            if (names.isEmpty()) {
                throw new CommandFailure(ErrorCode.BAD_CLASS, "jar has no persistent actor: jar=" + settings.jar);
            }
            kinds.addAll(new TreeSet<>(
                    side(now, new Rehearsal(pieces), snapshots, names).get()));
            int lanes = directory.journal().laneCount();
            bytesTotal = Math.max(1, pieces.bytes());
            Progress.during(options, this::status, () -> {
                // handlers of its own for each lane: actors may keep something between calls, though they should not
                outcomes.addAll(replay(lanes, lane -> {
                    Rehearsal rehearsal = new Rehearsal(pieces);
                    var tried = side(now, rehearsal, snapshots, names);
                    var former = before == null ? null : side(before, rehearsal, snapshots, names);
                    return replay(rehearsal, lane, Set.copyOf(kinds), tried, former);
                }));
                return null;
            });
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.BAD_CLASS, "jar cannot be read: cause=" + e, e);
        }
        outcomes.sort(Comparator.comparing(outcome -> outcome.id().encoded()));
        return new JarReplayReport(
                directory.path(),
                settings,
                kinds,
                outcomes,
                eventCount.get(),
                Clock.system().nanoTime() - startNs);
    }

    /** Replays one lane. */
    @FunctionalInterface
    private interface OfLane {
        List<Outcome> replay(int lane);
    }

    /** The handlers of a jar, in their own loader. */
    private interface Side extends BiFunction<PersistenceId, Long, Object[]>, Supplier<Set<String>> {}

    @SuppressWarnings("unchecked")
    private Side side(UserLoader loader, Rehearsal history, SnapshotStore snapshots, List<String> names) {
        try {
            Path jar = settings.codecJar;
            PayloadCodec codec = jar == null ? null : UserClasses.codecOf(jar, loader);
            Constructor<?> made = Class.forName(HandlerSide.class.getName(), true, loader)
                    .getDeclaredConstructor(EventHistory.class, SnapshotStore.class, List.class, PayloadCodec.class);
            made.setAccessible(true);
            Object side = made.newInstance(history, snapshots, names, codec);
            return new Side() {
                @Override
                public Object[] apply(PersistenceId id, Long sequenceNumber) {
                    return ((BiFunction<PersistenceId, Long, Object[]>) side).apply(id, sequenceNumber);
                }

                @Override
                public Set<String> get() {
                    return ((Supplier<Set<String>>) side).get();
                }
            };
        } catch (InvocationTargetException e) {
            throw new CommandFailure(
                    ErrorCode.BAD_CLASS,
                    "code cannot be used: jar=" + settings.jar + ", classes=" + names + ", reason=" + e.getCause(),
                    e);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new CommandFailure(
                    ErrorCode.BAD_CLASS, "code cannot be used: jar=" + settings.jar + ", reason=" + e, e);
        }
    }

    private List<Path> path(Path jar) {
        List<Path> path = new ArrayList<>();
        path.add(jar);
        path.addAll(settings.classPath);
        return path;
    }

    private static List<Outcome> replay(int lanes, OfLane ofLane) {
        ExecutorService workers = Executors.newFixedThreadPool(
                Math.min(lanes, Runtime.getRuntime().availableProcessors()), task -> {
                    Thread thread = new Thread(task, "stele-replay");
                    thread.setDaemon(true);
                    return thread;
                });
        try {
            List<Future<List<Outcome>>> waiting = new ArrayList<>();
            for (int i = 0; i < lanes; i++) {
                int lane = i;
                waiting.add(workers.submit(() -> ofLane.replay(lane)));
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<List<Outcome>> one : waiting) {
                outcomes.addAll(one.get());
            }
            return outcomes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.INTERRUPTED, "command was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            var unused = workers.shutdownNow();
        }
    }

    private List<Outcome> replay(Rehearsal rehearsal, int lane, Set<String> kinds, Side tried, @Nullable Side former) {
        Rehearsal.Passed passed = rehearsal.pass(
                lane, id -> kinds.contains(id.entityType()) && isWanted(id), tried, former, bytesRead::addAndGet);
        long unused = eventCount.addAndGet(passed.eventCount());
        List<Outcome> outcomes = new ArrayList<>(passed.settled());
        Set<PersistenceId> share = new HashSet<>();
        long shareBytes = 0;
        for (Map.Entry<PersistenceId, Long> open : passed.open().entrySet()) {
            share.add(open.getKey());
            shareBytes += open.getValue();
            if (shareBytes >= SHARE_BYTES_MAX) {
                outcomes.addAll(lookAgain(rehearsal, lane, share, tried, former));
                share.clear();
                shareBytes = 0;
            }
        }
        outcomes.addAll(lookAgain(rehearsal, lane, share, tried, former));
        return outcomes;
    }

    private static List<Outcome> lookAgain(
            Rehearsal rehearsal, int lane, Set<PersistenceId> share, Side tried, @Nullable Side former) {
        if (share.isEmpty()) {
            return List.of();
        }
        rehearsal.load(lane, share::contains, bytes -> {});
        return rehearsal.replay(tried, former);
    }

    private boolean isWanted(PersistenceId id) {
        return settings.wanted.test(id.encoded())
                && mixed(id) / 1_009 % SAMPLE_STEPS < settings.sharePercent / 100 * SAMPLE_STEPS;
    }

    private static int mixed(PersistenceId id) {
        return (int) ((id.encoded().hashCode() * 0x9e3779b97f4a7c15L) >>> 33);
    }

    private Progress.Status status() {
        long done = Math.min(bytesTotal, bytesRead.get());
        return new Progress.Status(done, bytesTotal, Units.count(eventCount.get(), "event") + " replayed", true);
    }
}
