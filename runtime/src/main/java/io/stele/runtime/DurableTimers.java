package io.stele.runtime;

import io.stele.recovery.DurableTimer;
import io.stele.spi.EventHistory;
import io.stele.spi.EventJournal;
import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotStore;
import io.stele.spi.SteleException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timers that survive crashes: those that persistent actors started with {@link Effect#startTimer}. They stand in the histories of
 * their actors; this is what knows which actor is to be woken when, whether it is in memory or not.
 *
 * <pre>
 *   actor's turn     beforeAppend(due) ──&gt; journal ──&gt; settle(earliest that is left)
 *   timer thread     earliest of all is due ──&gt; wake: bring into memory, handle what is due
 *   every 10 s       index: earliest due per actor, and up to which position of its lane that is complete
 *   after a crash    index, then a scan of each lane from that position
 * </pre>
 *
 * <p>The index may err on one side only: an actor that it wakes too early, or in vain, finds nothing due and costs a recovery. So
 * an actor is entered before its record is appended, and an entry is made later, or removed, only once the record that is the
 * reason for it is durable.
 *
 * <h2>Threads</h2>
 * Any thread.
 */
public final class DurableTimers {
    private static final Logger LOG = LoggerFactory.getLogger(DurableTimers.class);
    private static final long SOON_MS = 1_000;
    private static final int WAKES_PER_TICK = 1_000;
    /** An actor that was woken and has not said anything since is woken again after this. */
    private static final long WATCHDOG_MS = 30_000;

    private static final long RETRY_MS = 1_000;
    private static final long RETRY_MS_MAX = 300_000;

    private final EventJournal journal;
    private final EventHistory history;
    private final SnapshotStore snapshots;
    private final TimerIndex index;
    private final Function<PersistenceId, @Nullable ActorException> waker;
    private final Map<PersistenceId, Entry> entries = new ConcurrentHashMap<>();
    private final ConcurrentSkipListSet<Due> queue = new ConcurrentSkipListSet<>();
    private final Set<PersistenceId> dirty = ConcurrentHashMap.newKeySet();
    private final Map<String, Queue<PersistenceId>> ofUnknownKind = new ConcurrentHashMap<>();
    private final TimerScan scan;
    private final Map<Name, Failed> failed = new ConcurrentHashMap<>();
    private final LongAdder fired = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private long[] positionsKept;
    private volatile long lastTickMs;
    private volatile Runnable onEarlier = () -> {};

    /**
     * Wakes through {@code waker}, which says why it cannot.
     *
     * @param index null if there is none
     */
    DurableTimers(
            EventJournal journal,
            SnapshotStore snapshots,
            @Nullable IndexStore index,
            Function<PersistenceId, @Nullable ActorException> waker) {
        this.journal = journal;
        this.history = journal;
        this.snapshots = snapshots;
        this.index = new TimerIndex(index);
        this.waker = waker;
        scan = new TimerScan(journal, snapshots, this::found);
        positionsKept = new long[journal.laneCount()];
    }

    /** What is known of one actor. Changed under the map's lock for its key. */
    private static final class Entry {
        /** The earliest time of all its timers; the largest number if it has none. */
        private long dueMs = Long.MAX_VALUE;
        /** What the index says. */
        private long indexedMs = Long.MAX_VALUE;
        /** The record that is the reason for {@link #dueMs}. */
        private long position;
        /** When it is to be woken; the largest number if it is not. */
        private long wakeMs = Long.MAX_VALUE;

        private boolean settled;
    }

    private record Name(PersistenceId persistenceId, String name) {
        static Name of(DurableTimer timer) {
            return new Name(timer.persistenceId(), timer.name());
        }
    }

    /** How often the command of a timer has failed, and when it is given again. */
    private record Failed(int count, long notBeforeMs) {
        Failed again(long nowMs) {
            return new Failed(count + 1, nowMs + Math.min(RETRY_MS_MAX, RETRY_MS << Math.min(count, 20)));
        }
    }

    private record Due(long dueMs, PersistenceId persistenceId) implements Comparable<Due> {
        private static final Comparator<Due> ORDER = Comparator.comparingLong(Due::dueMs)
                .thenComparing(due -> due.persistenceId().encoded());

        @Override
        public int compareTo(Due other) {
            return ORDER.compare(this, other);
        }
    }

    /** Learns from the index, and begins the scan of what that does not know. Before any actor comes into memory. */
    void load() {
        index.load((id, dueMs) -> change(id, entry -> {
            entry.indexedMs = dueMs;
            entry.dueMs = dueMs;
            wakeAt(id, entry, dueMs);
        }));
        for (int lane = 0; lane < positionsKept.length; lane++) {
            positionsKept[lane] = index.position(lane);
        }
        scan.begin(positionsKept);
    }

    /** Scans what the index does not know, some of it; false if there is nothing left to scan. */
    boolean scanSome() {
        return scan.some();
    }

    /** A scan has found that an actor has started a timer, which may be gone since. */
    private void found(PersistenceId persistenceId, long dueMs) {
        change(persistenceId, entry -> {
            if (!entry.settled && dueMs < entry.dueMs) {
                entry.dueMs = dueMs;
                wakeAt(persistenceId, entry, Math.min(dueMs, entry.wakeMs));
                dirty.add(persistenceId);
            }
        });
    }

    /** An actor is about to store that it starts a timer. */
    void beforeAppend(PersistenceId persistenceId, long dueMs) {
        change(persistenceId, entry -> {
            if (dueMs < entry.dueMs) {
                entry.dueMs = dueMs;
                entry.position = 0;
            }
        });
        dirty.add(persistenceId);
    }

    /**
     * An actor in memory says when the earliest of its timers is due.
     *
     * @param dueMs the largest number if there is none
     * @param wakeMs when it wants to be woken; the largest number if it does not
     * @param position the actor's last record, which is the reason
     */
    void settle(PersistenceId persistenceId, long dueMs, long wakeMs, long position) {
        change(persistenceId, entry -> {
            entry.dueMs = dueMs;
            entry.position = position;
            entry.settled = true;
            wakeAt(persistenceId, entry, wakeMs);
        });
        dirty.add(persistenceId);
    }

    /** Has an actor woken at that time. */
    void wakeAt(PersistenceId persistenceId, long wakeMs) {
        change(persistenceId, entry -> wakeAt(persistenceId, entry, wakeMs));
    }

    /** Sets what is called when an actor is to be woken sooner than soon. From any thread. */
    void onEarlier(Runnable action) {
        onEarlier = action;
    }

    private void wakeAt(PersistenceId persistenceId, Entry entry, long wakeMs) {
        if (entry.wakeMs != Long.MAX_VALUE) {
            queue.remove(new Due(entry.wakeMs, persistenceId));
        }
        entry.wakeMs = wakeMs;
        if (wakeMs != Long.MAX_VALUE) {
            queue.add(new Due(wakeMs, persistenceId));
            if (wakeMs - lastTickMs < SOON_MS) {
                onEarlier.run();
            }
        }
    }

    private void change(PersistenceId persistenceId, java.util.function.Consumer<Entry> change) {
        entries.compute(persistenceId, (id, known) -> {
            Entry entry = known == null ? new Entry() : known;
            change.accept(entry);
            return entry;
        });
    }

    /** Returns whether an actor that comes into memory is thought to have timers. */
    boolean expects(PersistenceId persistenceId) {
        return entries.containsKey(persistenceId);
    }

    /** A timer's command was not carried out. */
    void onRefused(DurableTimer timer, ActorException reason) {
        refused.increment();
        LOG.warn(
                "command of a timer was not carried out, it will be given again: persistenceId={}, name={}, reason={}",
                timer.persistenceId(),
                timer.name(),
                reason.getMessage());
        backOff(timer);
    }

    /** Has a timer fire again after a while, which is longer every time. */
    void backOff(DurableTimer timer) {
        Failed next = failed.merge(
                Name.of(timer), new Failed(1, lastTickMs + RETRY_MS), (before, first) -> before.again(lastTickMs));
        change(
                timer.persistenceId(),
                entry -> wakeAt(timer.persistenceId(), entry, Math.min(entry.wakeMs, next.notBeforeMs)));
    }

    /** Returns when a timer may fire, in milliseconds since 1970: when it is due, or after it has failed, later. */
    long firesAtMs(DurableTimer timer) {
        Failed before = failed.isEmpty() ? null : failed.get(Name.of(timer));
        return before == null ? timer.dueMs() : Math.max(timer.dueMs(), before.notBeforeMs);
    }

    /** A timer is gone, or is another one now. */
    void forgetFailures(PersistenceId persistenceId, String name) {
        if (!failed.isEmpty()) {
            failed.remove(new Name(persistenceId, name));
        }
    }

    /** Wakes the actors that have a timer due. One thread at a time. */
    void tick(long nowMs) {
        lastTickMs = nowMs;
        for (int count = 0; count < WAKES_PER_TICK && isDue(nowMs); count++) {
            Due due = queue.pollFirst();
            if (due != null) {
                wake(due, nowMs);
            }
        }
    }

    private boolean isDue(long nowMs) {
        Due first = queue.isEmpty() ? null : queue.first();
        return first != null && first.dueMs <= nowMs;
    }

    private void wake(Due due, long nowMs) {
        PersistenceId id = due.persistenceId;
        change(id, entry -> {
            if (entry.wakeMs == due.dueMs) {
                entry.wakeMs = Long.MAX_VALUE;
                wakeAt(id, entry, nowMs + WATCHDOG_MS);
            }
        });
        ActorException refusal;
        try {
            refusal = waker.apply(id);
        } catch (IllegalArgumentException e) {
            LOG.debug("timer waits until its kind of actor is registered: persistenceId={}", id);
            change(id, entry -> wakeAt(id, entry, Long.MAX_VALUE));
            ofUnknownKind
                    .computeIfAbsent(id.entityType(), name -> new ConcurrentLinkedQueue<>())
                    .add(id);
            return;
        }
        if (refusal != null) {
            LOG.debug(
                    "actor cannot be woken, it is tried again: persistenceId={}, reason={}", id, refusal.getMessage());
            change(id, entry -> wakeAt(id, entry, nowMs + RETRY_MS));
        }
    }

    /** A kind of actor has become known: whoever waited for that is woken. */
    void onRegistered(String entityType) {
        Queue<PersistenceId> waiting = ofUnknownKind.remove(entityType);
        if (waiting != null) {
            waiting.forEach(id -> change(id, entry -> wakeAt(id, entry, entry.dueMs)));
        }
    }

    /** Returns when the next actor is to be woken, in milliseconds since 1970; the largest number if none is. */
    long nextMs() {
        Due first = queue.isEmpty() ? null : queue.first();
        return first == null ? Long.MAX_VALUE : first.dueMs;
    }

    /** Keeps what is known in the index. */
    synchronized void keep() {
        long[] positions = new long[positionsKept.length];
        for (int lane = 0; lane < positions.length; lane++) {
            positions[lane] = Math.min(journal.durablePosition(lane), scan.position(lane));
        }
        Map<PersistenceId, Long> changed = new HashMap<>();
        for (PersistenceId id : List.copyOf(dirty)) {
            dirty.remove(id);
            entries.computeIfPresent(id, (key, entry) -> {
                if (entry.dueMs > entry.indexedMs && entry.position > journal.durablePosition(journal.lane(id))) {
                    dirty.add(id);
                    return entry;
                }
                changed.put(id, entry.dueMs);
                entry.indexedMs = entry.dueMs;
                return entry.dueMs == Long.MAX_VALUE && entry.wakeMs == Long.MAX_VALUE ? null : entry;
            });
        }
        if (changed.isEmpty() && java.util.Arrays.equals(positions, positionsKept)) {
            return;
        }
        try {
            index.commit(changed, positions);
            positionsKept = positions;
        } catch (SteleException e) {
            dirty.addAll(changed.keySet());
            LOG.warn("timer index could not be kept, a crash would cost a longer scan: reason={}", e.getMessage());
        }
    }

    /** The command of a timer is given to its actor. */
    void onFired() {
        fired.increment();
    }

    /** Returns how often the command of a timer was given to its actor since the start. */
    public long firedCount() {
        return fired.sum();
    }

    /** Returns how often such a command was not carried out since the start; it is given again. */
    public long refusedCount() {
        return refused.sum();
    }

    /** Returns how many actors are known to have timers, or thought to. */
    public int actorCount() {
        return (int) entries.values().stream()
                .filter(entry -> entry.dueMs != Long.MAX_VALUE)
                .count();
    }

    /**
     * Lists all timers, the earliest first, as they stand in the journal. Costs a read of the history behind the newest snapshot of
     * every actor that has any.
     *
     * @throws io.stele.spi.JournalException if a history cannot be read
     */
    public List<DurableTimer> list() {
        List<DurableTimer> found = new ArrayList<>();
        entries.forEach((id, entry) -> {
            if (entry.dueMs != Long.MAX_VALUE) {
                found.addAll(of(id));
            }
        });
        found.sort(Comparator.comparingLong(DurableTimer::dueMs));
        return found;
    }

    /** Lists the timers of those actors whose first one is due first, at most so many actors, the earliest first. */
    List<DurableTimer> first(int actorCountMax) {
        List<DurableTimer> found = new ArrayList<>();
        entries.entrySet().stream()
                .filter(entry -> entry.getValue().dueMs != Long.MAX_VALUE)
                .sorted(Comparator.comparingLong(entry -> entry.getValue().dueMs))
                .limit(actorCountMax)
                .forEach(entry -> found.addAll(of(entry.getKey())));
        found.sort(Comparator.comparingLong(DurableTimer::dueMs));
        return found;
    }

    /** Lists the timers of one actor, the earliest first, as they stand in the journal. Costs and throws as {@link #list()}. */
    public List<DurableTimer> of(PersistenceId persistenceId) {
        return TimerHistory.read(history, snapshots, persistenceId);
    }
}
