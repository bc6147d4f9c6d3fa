package io.stele.runtime;

import io.stele.recovery.PoisonEventException;
import io.stele.recovery.RecoveryReport;
import io.stele.recovery.SkipNote;
import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps actors out of service whose history cannot be replayed by this program, and lets them back.
 *
 * <pre>
 *   event cannot be decoded,  ──&gt; quarantine ──retry: it can be applied now──────────────&gt; in service
 *   or its handler throws              │
 *                                      └──skip: the decision goes into the history ──&gt; in service, without the event
 * </pre>
 *
 * <p>Commands to such an actor are refused with {@link ActorQuarantinedException} at once, without another attempt, also after a
 * restart: deploy a repaired handler, then {@link #retryAll}. Who is in quarantine is kept in the index, which is a cache: if that is
 * lost, the actor's next message finds out again. What was decided by {@link #skip} is kept in the actor's own history.
 *
 * <h2>Threads</h2>
 * Any thread; {@link #retry} and {@link #skip} take as long as a recovery.
 */
public final class Quarantine {
    /** More are refused as well, but each of their messages tries again. */
    static final int COUNT_MAX = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

    private final ActorSystem system;
    private final @Nullable QuarantineStore store;
    private final Map<PersistenceId, Quarantined> entries = new ConcurrentHashMap<>();

    Quarantine(ActorSystem system, @Nullable IndexStore index) {
        this.system = system;
        this.store = index == null ? null : new QuarantineStore(index);
        if (store != null) {
            store.load(COUNT_MAX).forEach(entry -> entries.put(entry.persistenceId(), entry));
        }
        if (!entries.isEmpty()) {
            LOG.warn(
                    "actors are in quarantine, see system.quarantine(): count={}, one={}",
                    entries.size(),
                    entries.keySet().iterator().next());
        }
    }

    /** Reads who is in quarantine from an index that somebody else may be writing. */
    public static List<Quarantined> read(IndexStore index) {
        return sorted(new QuarantineStore(index).load(COUNT_MAX));
    }

    /** Returns everyone, by persistence id. */
    public List<Quarantined> list() {
        return sorted(entries.values());
    }

    /** Returns what is known about one actor; empty if it is not in quarantine. */
    public Optional<Quarantined> find(PersistenceId persistenceId) {
        return Optional.ofNullable(entries.get(persistenceId));
    }

    /**
     * Replays an actor's history, and lets it back into service if that goes well.
     *
     * @return what the replay found; empty if the actor is not in quarantine
     * @throws ActorQuarantinedException if an event still cannot be applied; the actor stays out of service
     * @throws IllegalArgumentException if its kind of actor is not known to this system: register it first
     * @throws SteleException if its history cannot be read; the actor stays out of service
     */
    public Optional<RecoveryReport> retry(PersistenceId persistenceId) {
        if (!entries.containsKey(persistenceId)) {
            return Optional.empty();
        }
        try {
            RecoveryReport report = system.persistence().rehearse(persistenceId);
            release(persistenceId);
            LOG.info("actor has left quarantine: persistenceId={}, report={}", persistenceId, report);
            return Optional.of(report);
        } catch (PoisonEventException e) {
            throw add(e);
        }
    }

    /**
     * What became of a retry of everyone.
     *
     * @param released who is back in service
     * @param kept who is not, each with the reason
     */
    public record Outcome(List<PersistenceId> released, Map<PersistenceId, SteleException> kept) {}

    /** Retries everyone, one after the other. Kinds of actors that are not registered stay in quarantine. */
    public Outcome retryAll() {
        List<PersistenceId> released = new ArrayList<>();
        Map<PersistenceId, SteleException> kept = new java.util.LinkedHashMap<>();
        for (Quarantined entry : list()) {
            try {
                retry(entry.persistenceId());
                released.add(entry.persistenceId());
            } catch (SteleException e) {
                kept.put(entry.persistenceId(), e);
            } catch (IllegalArgumentException e) {
                kept.put(entry.persistenceId(), new ActorException(String.valueOf(e.getMessage()), e));
            }
        }
        return new Outcome(List.copyOf(released), Map.copyOf(kept));
    }

    /**
     * Decides that an actor's poison event is to be left out of its state from now on, and lets the actor back into service. The event
     * stays in the journal; the decision goes into the actor's history behind it, and survives a power cut when this returns. Every
     * later recovery logs a warning that names it.
     *
     * <p>It cannot be taken back. Another event of the actor may be poison, too: then it is in quarantine again.
     *
     * @param persistenceId which actor
     * @param sequenceNumber of its event that cannot be applied, as in {@link Quarantined#sequenceNumber}, so that no other one is
     *     skipped by mistake
     * @param decidedBy who decides it: a name or address, 1 to 200 characters
     * @param reason why, 1 to 2,000 characters
     * @throws IllegalArgumentException if the actor is not in quarantine for that event, or a text is out of range; nothing was written
     * @throws io.stele.spi.JournalException if the decision could not be written, or not be forced; the actor stays in quarantine
     */
    public synchronized void skip(PersistenceId persistenceId, long sequenceNumber, String decidedBy, String reason) {
        SkipNote decision = new SkipNote(sequenceNumber, decidedBy, reason);
        Quarantined entry = entries.get(persistenceId);
        if (entry == null || entry.sequenceNumber() != sequenceNumber) {
            throw new IllegalArgumentException(
                    "actor is not in quarantine for this event, nothing was written: persistenceId="
                            + persistenceId + ", sequenceNumber=" + sequenceNumber + ", sequenceNumberInQuarantine="
                            + (entry == null ? "none" : String.valueOf(entry.sequenceNumber())));
        }
        new Decision(system, persistenceId, decision).append();
        LOG.warn(
                "event will be left out of its actor's state: persistenceId={}, sequenceNumber={}, type={}, decidedBy={},"
                        + " reason={}",
                persistenceId,
                sequenceNumber,
                entry.type(),
                decidedBy,
                reason);
        release(persistenceId);
    }

    /** Puts an actor into quarantine; returns what its senders are told. Any thread. */
    ActorQuarantinedException add(PoisonEventException poison) {
        Quarantined entry = Quarantined.of(
                poison, system.clock().epochMs(), system.journal().epoch());
        add(entry);
        return new ActorQuarantinedException(entry, poison.getCause());
    }

    /** Puts an actor into quarantine. Any thread. */
    void add(Quarantined entry) {
        if (entries.size() >= COUNT_MAX && !entries.containsKey(entry.persistenceId())) {
            LOG.error(
                    "quarantine is full, the actor is refused but not remembered: persistenceId={}, sequenceNumber={},"
                            + " countMax={}",
                    entry.persistenceId(),
                    entry.sequenceNumber(),
                    COUNT_MAX);
            return;
        }
        entries.put(entry.persistenceId(), entry);
        LOG.error(
                "actor is in quarantine, an event of it cannot be applied: persistenceId={}, sequenceNumber={}, type={},"
                        + " cause={}; its history is unchanged, others are served",
                entry.persistenceId(),
                entry.sequenceNumber(),
                entry.type(),
                entry.cause());
        if (store != null) {
            keep(store, entry);
        }
    }

    /** Returns how a message to an actor is refused; null if the actor is not in quarantine. Any thread, O(1). */
    @Nullable ActorException refusal(PersistenceId persistenceId) {
        Quarantined entry = entries.isEmpty() ? null : entries.get(persistenceId);
        return entry == null ? null : new ActorQuarantinedException(entry, null);
    }

    private void keep(QuarantineStore kept, Quarantined entry) {
        try {
            kept.put(entry);
            system.persistence().flushSoon(kept);
        } catch (SteleException e) {
            LOG.warn(
                    "quarantine is not remembered over a restart, the actor will be tried again then: persistenceId={},"
                            + " reason={}",
                    entry.persistenceId(),
                    e.getMessage());
        }
    }

    private void release(PersistenceId persistenceId) {
        entries.remove(persistenceId);
        if (store != null) {
            store.remove(persistenceId);
            store.flush();
        }
    }

    private static List<Quarantined> sorted(java.util.Collection<Quarantined> entries) {
        return entries.stream()
                .sorted(Comparator.comparing(entry -> entry.persistenceId().encoded()))
                .toList();
    }
}
