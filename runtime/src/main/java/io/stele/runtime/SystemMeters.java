package io.stele.runtime;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.stele.recovery.CompactionTotals;
import io.stele.recovery.Compactor;
import io.stele.recovery.RecoveryReport;
import io.stele.spi.EventJournal;
import io.stele.spi.LaneStats;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one system: all of them are registered when the system starts, those of a kind of actors when it becomes known. What
 * they show is counted elsewhere, and read when the registry asks. What each of them means is in docs/metrics.md, which is generated.
 *
 * <p>Any thread.
 */
final class SystemMeters {
    /** Classes of plain actors beyond this many are counted together. */
    private static final int PLAIN_TYPES_MAX = 256;

    private static final String OTHER = "other";

    private final MeterNames names;
    private final Map<String, TypeMeters> byLabel = new ConcurrentHashMap<>();
    private final Map<Class<?>, TypeMeters> byClass = new ConcurrentHashMap<>();
    private final AtomicInteger typeCount = new AtomicInteger();
    private final Census census = new Census();
    private final Timer append;
    private final Timer force;
    private final DistributionSummary batch;
    private final Timer recovery;
    private final Timer recoveryWait;
    private final DistributionSummary replayed;
    private final LongAdder passedOver = new LongAdder();
    private final AtomicInteger appendTick = new AtomicInteger(-1);

    SystemMeters(MeterRegistry registry) {
        names = new MeterNames(registry);
        append = names.timer("stele.journal.append", "Encoding and appending the events of one effect, sampled");
        force = names.timer("stele.journal.force", "One force of one lane");
        batch = names.summary(
                "stele.journal.batch", "records", "How many records one force has made durable: the size of a group");
        recovery = names.timer("stele.recovery.duration", "One recovery, from its permit until it had its state");
        recoveryWait = names.timer("stele.recovery.wait", "From the first message until there was a permit");
        replayed = names.summary(
                "stele.recovery.replayed", "events", "How many events one recovery has replayed behind its snapshot");
    }

    /** Returns what is counted about persistent actors of one type. */
    TypeMeters entities(EntityType<?, ?> type, ActorSystem system) {
        TypeMeters meters = byLabel.computeIfAbsent(type.actor.entityType(), label -> newType(label, system));
        AdaptiveLimit limit = type.kind().limit;
        if (limit != null) {
            names.gauge(
                    "stele.limit.messages",
                    "messages",
                    "How many messages may be on their way at once, where the limit is adaptive",
                    limit,
                    AdaptiveLimit::limit,
                    MeterNames.TYPE,
                    meters.type);
            names.gauge(
                    "stele.limit.inflight",
                    "messages",
                    "How many messages are on their way, where the limit is adaptive",
                    limit,
                    AdaptiveLimit::inFlight,
                    MeterNames.TYPE,
                    meters.type);
        }
        return meters;
    }

    /** Returns what is counted about actors like this one; null if nothing is, or it is not there. */
    static @Nullable TypeMeters plain(ActorSystem system, @Nullable Actor<?> actor) {
        SystemMeters meters = system.meters();
        if (meters == null || actor == null) {
            return null;
        }
        Class<?> type = actor.getClass();
        if (!(Thread.currentThread() instanceof WorkerThread worker)) {
            return meters.plain(type, system);
        }
        TypeMeters known = worker.lastMeters;
        if (known == null || worker.lastType != type) { // a worker belongs to one system
            known = meters.plain(type, system);
            worker.lastType = type;
            worker.lastMeters = known;
        }
        return known;
    }

    /** An actor object has come, or gone. */
    static void count(ActorSystem system, @Nullable Actor<?> actor, int change) {
        TypeMeters meters = plain(system, actor);
        if (meters != null) {
            meters.active.add(change);
        }
    }

    private TypeMeters plain(Class<?> actor, ActorSystem system) {
        TypeMeters known = byClass.get(actor);
        if (known != null) {
            return known;
        }
        String label = byLabel.size() < PLAIN_TYPES_MAX ? label(actor) : OTHER;
        TypeMeters meters = byLabel.computeIfAbsent(label, name -> newType(name, system));
        if (byClass.size() < 2 * PLAIN_TYPES_MAX) {
            byClass.put(actor, meters);
        }
        return meters;
    }

    private static String label(Class<?> actor) {
        String name = actor.getName();
        String simple =
                name.substring(name.lastIndexOf('.', name.indexOf('/') < 0 ? name.length() : name.indexOf('/')) + 1);
        int lambda = simple.indexOf("$$Lambda");
        return lambda < 0 ? simple : simple.substring(0, lambda) + "$lambda";
    }

    private TypeMeters newType(String label, ActorSystem system) {
        TypeMeters meters = new TypeMeters(label, typeCount.getAndIncrement(), names);
        gauge(meters, "stele.actor.active", "actors", "How many actors are in memory", type -> type.active.sum());
        count(meters, "stele.actor.turns", "turns", "Turns on a worker", TypeMeters::turns);
        count(meters, "stele.actor.messages", "messages", "Messages that were handled", TypeMeters::messages);
        count(meters, "stele.actor.events", "events", "Events that were stored", TypeMeters::events);
        count(
                meters,
                "stele.actor.recovered",
                "actors",
                "Recoveries that came to an end",
                type -> type.recovered.sum());
        count(meters, "stele.actor.passivated", "actors", "Actors that left memory", type -> type.passivated.sum());
        count(meters, "stele.actor.restarts", "actors", "Restarts by supervision", type -> type.restarts.sum());
        count(meters, "stele.actor.failures", "failures", "Handlers that threw", type -> type.failures.sum());
        gauge(meters, "stele.stash.size", "messages", "Messages put back for later", type -> type.stashed.sum());
        gauge(
                meters,
                "stele.mailbox.waiting",
                "messages",
                "Messages in all mailboxes, counted at most once a second",
                type -> census.waiting(system, type));
        reject(meters, "full", type -> type.rejectedFull.sum());
        reject(meters, "breaker", type -> type.rejectedOpen.sum());
        count(
                meters,
                "stele.mailbox.dropped",
                "messages",
                "Messages dropped for want of room",
                type -> type.dropped.sum());
        count(
                meters,
                "stele.command.rejected",
                "commands",
                "Commands that a handler has rejected",
                type -> type.commandsRejected.sum());
        count(
                meters,
                "stele.command.duplicates",
                "commands",
                "Commands that were answered with the reply of the first time",
                type -> type.duplicates.sum());
        snapshots(meters, system);
        return meters;
    }

    private void snapshots(TypeMeters meters, ActorSystem system) {
        count(
                meters,
                "stele.snapshot.saved",
                "snapshots",
                "Snapshots that were saved",
                type -> type.snapshotsSaved.sum());
        count(
                meters,
                "stele.snapshot.failed",
                "snapshots",
                "Snapshots that could not be saved",
                type -> type.snapshotsFailed.sum());
        names.gauge(
                "stele.snapshot.age",
                "seconds",
                "Since the last snapshot of any of these actors was saved; no value before the first",
                meters,
                type -> type.snapshotMs == 0 ? Double.NaN : (system.clock().epochMs() - type.snapshotMs) / 1_000.0,
                MeterNames.TYPE,
                meters.type);
    }

    private void reject(TypeMeters meters, String reason, ToDoubleFunction<TypeMeters> count) {
        names.counter(
                "stele.mailbox.rejected",
                "messages",
                "Messages that were not taken, by reason: full (or beyond the adaptive limit), breaker (open)",
                meters,
                count,
                MeterNames.TYPE,
                meters.type,
                "reason",
                reason);
    }

    private void count(
            TypeMeters meters, String name, String unit, String description, ToDoubleFunction<TypeMeters> value) {
        names.counter(name, unit, description, meters, value, MeterNames.TYPE, meters.type);
    }

    private void gauge(
            TypeMeters meters, String name, String unit, String description, ToDoubleFunction<TypeMeters> value) {
        names.gauge(name, unit, description, meters, value, MeterNames.TYPE, meters.type);
    }

    /** Registers what is not of one kind of actors. Once everything is there. */
    void bind(ActorSystem system, @Nullable Persistence persistence, @Nullable Compactor compactor) {
        bind(system);
        if (persistence != null) {
            bind(persistence);
        }
        if (compactor != null) {
            bind(compactor);
        }
    }

    private void bind(ActorSystem system) {
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            names.counter(
                    "stele.deadletters",
                    "messages",
                    "Messages that nobody has handled, by reason",
                    system.deadLetters(),
                    letters -> letters.count(reason),
                    "reason",
                    reason.name().toLowerCase(java.util.Locale.ROOT));
        }
        names.counter("stele.turn.long", "turns", "Turns beyond turnMax", system, known -> (double) known.longTurns());
        names.gauge("stele.timers.waiting", "timers", "Timers in memory", system.timers(), Timers::count);
        names.counter(
                "stele.timers.fired", "timers", "Timers in memory that fired", system.timers(), Timers::firedCount);
        names.gauge(
                "stele.breaker.open",
                "actors",
                "Actors that are left alone because they failed too often in a row",
                system,
                known -> known.openBreakers());
    }

    /** Registers what persistent actors stand on. */
    private void bind(Persistence persistence) {
        DurableTimers timers = persistence.timers();
        names.gauge("stele.timers.durable", "actors", "Actors with durable timers", timers, DurableTimers::actorCount);
        names.counter(
                "stele.timers.durable.fired",
                "timers",
                "Durable timers whose command was given to its actor",
                timers,
                DurableTimers::firedCount);
        names.counter(
                "stele.timers.durable.refused",
                "timers",
                "Durable timers whose command was not carried out; they are tried again",
                timers,
                DurableTimers::refusedCount);
        names.gauge(
                "stele.quarantine.actors",
                "actors",
                "Actors out of service because of an event that cannot be applied",
                persistence.quarantine(),
                quarantine -> quarantine.list().size());
        names.counter(
                "stele.snapshot.rejected",
                "snapshots",
                "Snapshots that were passed over: damaged, or of a state that cannot be read any more",
                persistence.snapshots(),
                store -> (double) store.rejectedCount() + passedOver.sum());
        bind(persistence.recoveries());
        EventJournal journal = persistence.journal();
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            bind(journal, lane);
        }
        names.gauge(
                "stele.journal.free",
                "bytes",
                "Room on the file system of the journal; negative if it is not known",
                journal,
                known -> (double) known.stats(0).freeBytes());
    }

    private void bind(Recoveries recoveries) {
        names.gauge(
                "stele.recovery.waiting",
                "actors",
                "Actors that wait for a permit to recover",
                recoveries,
                known -> known.totals().waitingCount());
        names.gauge(
                "stele.recovery.active",
                "actors",
                "Permits to recover that are in use",
                recoveries,
                known -> known.totals().activeCount());
        names.gauge(
                "stele.recovery.permits",
                "actors",
                "Permits to recover that there are",
                recoveries,
                known -> known.totals().permitCount());
        names.counter("stele.recovery.events", "events", "Events that were replayed", recoveries, known ->
                (double) known.totals().done().eventsReplayed());
        names.counter("stele.recovery.read", "bytes", "Snapshots and events that were read", recoveries, known ->
                (double) known.totals().done().payloadBytes());
        names.counter(
                "stele.recovery.replay",
                "seconds",
                "Time in replays; events by it are the rate of one thread",
                recoveries,
                known -> known.totals().done().replayNs() / 1e9);
        names.counter("stele.recovery.failed", "actors", "Recoveries that did not work", recoveries, known ->
                (double) known.totals().failedCount());
    }

    private void bind(EventJournal journal, int lane) {
        lane(journal, lane, "records", "records", "Records that were appended", LaneStats::records);
        lane(journal, lane, "written", "bytes", "What they take in their segments", LaneStats::bytes);
        lane(journal, lane, "forces", "forces", "Forces that ended well", LaneStats::forces);
        lane(journal, lane, "rolls", "segments", "Segments that were begun", LaneStats::rolls);
        String tag = String.valueOf(lane);
        names.gauge(
                "stele.journal.lag.records",
                "records",
                "Records that are not known to be on disk yet",
                journal,
                known -> (double) known.stats(lane).lagRecords(),
                "lane",
                tag);
        names.gauge(
                "stele.journal.lag",
                "seconds",
                "How far the disk is behind; 0 if it has everything",
                journal,
                known -> known.stats(lane).lagNs() / 1e9,
                "lane",
                tag);
        names.gauge(
                "stele.journal.failed",
                "lanes",
                "1 if the lane refuses events until the journal is opened again",
                journal,
                known -> known.failure(lane) == null ? 0 : 1,
                "lane",
                tag);
    }

    private void lane(
            EventJournal journal,
            int lane,
            String name,
            String unit,
            String description,
            ToLongFunction<LaneStats> part) {
        names.counter(
                "stele.journal." + name,
                unit,
                description,
                journal,
                known -> (double) part.applyAsLong(known.stats(lane)),
                "lane",
                String.valueOf(lane));
    }

    /** Registers what compactions do. */
    private void bind(Compactor compactor) {
        runs(compactor, "finished", CompactionTotals::finished);
        runs(compactor, "stopped", CompactionTotals::stopped);
        runs(compactor, "failed", CompactionTotals::failed);
        names.gauge(
                "stele.compaction.running",
                "runs",
                "1 while a run is under way",
                compactor,
                known -> known.isRunning() ? 1 : 0);
        compacted(compactor, "stele.compaction.files", "files", "Files that are gone", CompactionTotals::filesRemoved);
        compacted(
                compactor, "stele.compaction.gained", "bytes", "Room the disk got back", CompactionTotals::bytesGained);
        compacted(
                compactor,
                "stele.compaction.removed",
                "events",
                "Events that are gone",
                CompactionTotals::eventsRemoved);
        compacted(
                compactor,
                "stele.compaction.carried",
                "events",
                "Events that were carried over",
                CompactionTotals::eventsCarried);
        names.counter(
                "stele.compaction.duration",
                "seconds",
                "Time in runs",
                compactor,
                known -> known.totals().durationMs() / 1_000.0);
    }

    private void runs(Compactor compactor, String state, ToLongFunction<CompactionTotals> part) {
        names.counter(
                "stele.compaction.runs",
                "runs",
                "Runs that have ended, by how",
                compactor,
                known -> (double) part.applyAsLong(known.totals()),
                "state",
                state);
    }

    private void compacted(
            Compactor compactor, String name, String unit, String description, ToLongFunction<CompactionTotals> part) {
        names.counter(name, unit, description, compactor, known -> (double) part.applyAsLong(known.totals()));
    }

    /** Returns whether the append that comes is to be timed: one per tick is. */
    boolean timesAppend(ActorSystem system) {
        int tick = system.tick();
        if (appendTick.getPlain() == tick) {
            return false;
        }
        appendTick.setPlain(tick);
        return true;
    }

    void onAppended(long durationNs) {
        append.record(durationNs, TimeUnit.NANOSECONDS);
    }

    void onForced(long records, long durationNs) {
        force.record(durationNs, TimeUnit.NANOSECONDS);
        batch.record((double) records);
    }

    void onRecovered(RecoveryReport report) {
        recovery.record(report.durationNs(), TimeUnit.NANOSECONDS);
        recoveryWait.record(report.phases().waitNs(), TimeUnit.NANOSECONDS);
        replayed.record((double) report.eventsReplayed());
        if (report.snapshotsPassedOver() > 0) {
            passedOver.add(report.snapshotsPassedOver());
        }
    }
}
