package io.stele.runtime;

import io.opentelemetry.api.trace.SpanContext;
import io.stele.recovery.PoisonEventException;
import io.stele.recovery.RecoveryException;
import io.stele.recovery.RecoveryReport;
import io.stele.recovery.RecoveryRequest;
import io.stele.spi.EventStream;
import io.stele.spi.ForgottenException;
import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One actor's way from the journal into memory; several go it together, so that the journal is read once for all of them.
 *
 * <pre>
 *   {@link #prepare} ──&gt; {@link io.stele.recovery.Recovery#recoverAll} ──&gt; {@link #finish}
 *   finds the end of      snapshots, then all events          its first turn comes,
 *   its history           in one pass                         or a refusal
 * </pre>
 *
 * <p>Confined to one thread of {@link RecoveryPermits}.
 *
 * @param <E> events
 * @param <S> state
 */
final class Revival<E, S> {
    private static final Logger LOG = LoggerFactory.getLogger(Revival.class);

    private final Entity<E, S> entity;
    private final long waitNs;
    private final @Nullable SpanContext trace;
    private @Nullable Restored<E, S> restored;
    private @Nullable EventStream stream;
    private @Nullable RecoveryRequest request;
    private final RecoveryEvent event = new RecoveryEvent();
    private long startedNs;
    private long findNs;
    private boolean ended;

    private Revival(Entity<E, S> entity, long waitNs, @Nullable SpanContext trace) {
        this.entity = entity;
        this.waitNs = waitNs;
        this.trace = trace;
    }

    /** Brings actors of one system into memory, as far as somebody still waits for them. */
    static void run(ActorSystem system, List<RecoveryPermits.Ticket> tickets) {
        List<Revival<?, ?>> all = new ArrayList<>(tickets.size());
        for (RecoveryPermits.Ticket ticket : tickets) {
            if (ticket.entity().beginRecovery()) {
                all.add(new Revival<>(ticket.entity(), system.clock().nanoTime() - ticket.arrivedNs(), ticket.trace()));
            }
        }
        try {
            List<RecoveryRequest> requests = new ArrayList<>(all.size());
            for (Revival<?, ?> revival : all) {
                RecoveryRequest request = revival.prepare();
                if (request != null) {
                    requests.add(request);
                }
            }
            system.recovery().recoverAll(requests);
            all.forEach(Revival::finish);
            system.persistence().permits().onRecovered(requests);
        } finally {
            all.forEach(Revival::cutShort);
        }
    }

    private PersistenceId persistenceId() {
        return entity.persistenceId;
    }

    /** Returns null if it is not to be recovered, and then the actor knows why. */
    private @Nullable RecoveryRequest prepare() {
        event.begin();
        ActorSystem system = entity.system;
        ActorException refusal = system.quarantine().refusal(persistenceId());
        if (refusal == null) {
            refusal = entity.beginLife();
        }
        if (refusal == null) {
            try {
                long startNs = system.clock().nanoTime();
                PayloadCodec codec = system.codec().forActor(persistenceId());
                if (codec.isForgotten()) {
                    throw ActorForgottenException.of(persistenceId());
                }
                Restored<E, S> empty = new Restored<>(entity.type, codec, system.clock(), system.tracing() != null);
                stream = system.journal().open(persistenceId());
                startedNs = startNs;
                findNs = system.clock().nanoTime() - startNs;
                restored = empty;
                request = new RecoveryRequest(persistenceId(), empty);
                return request;
            } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
                refusal = refusal(e);
            }
        }
        end(null, refusal);
        return null;
    }

    private void finish() {
        if (ended) {
            return; // refused before
        }
        RecoveryRequest done = request;
        Restored<E, S> state = restored;
        EventStream end = stream;
        if (done == null || state == null || end == null) {
            throw new IllegalStateException("not prepared: persistenceId=" + persistenceId());
        }
        RecoveryReport report = done.report();
        if (report == null) {
            RuntimeException failure = done.failure();
            end(null, refusal(failure == null ? new IllegalStateException("recovery has no outcome") : failure));
        } else if (state.sequenceNumber() != end.lastSequenceNumber()) {
            end(
                    null,
                    refusal(new JournalException("history does not end where the journal says: persistenceId="
                            + persistenceId() + ", replayedTo=" + state.sequenceNumber() + ", lastSequenceNumber="
                            + end.lastSequenceNumber() + "; nothing was changed on disk; run: stele verify")));
        } else {
            state.progress().onRecovered(report);
            RecoveryReport whole = report.with(waitNs, findNs);
            entity.system.recoveries().onRecovered(whole);
            count(whole);
            Tracing tracing = entity.system.tracing();
            if (tracing != null) {
                tracing.recovered(
                        trace, state.lastTrace(), whole, entity.system.clock().nanoTime() - startedNs);
            }
            LOG.debug("recovered: report={}", report);
            end(new Activation<>(entity, end, state), null);
        }
    }

    private void count(RecoveryReport report) {
        if (event.shouldCommit()) {
            event.persistenceId = persistenceId().encoded();
            event.eventsReplayed = report.eventsReplayed();
            event.snapshotSequenceNumber = report.snapshotSequenceNumber();
            event.waitNs = report.phases().waitNs();
            event.commit();
        }
        SystemMeters meters = entity.system.meters();
        if (meters != null) {
            meters.onRecovered(report);
        }
        if (entity.type.meters != null) {
            entity.type.meters.recovered.increment();
        }
    }

    private void cutShort() {
        if (!ended) {
            end(null, new ActorFailedException("recovery was cut short: persistenceId=" + persistenceId(), null));
        }
    }

    private void end(@Nullable Activation<E, S> activation, @Nullable ActorException refusal) {
        ended = true;
        if (activation == null && stream != null) {
            stream.close();
        }
        entity.endRecovery(activation, refusal);
    }

    private ActorException refusal(Throwable cause) {
        if (cause instanceof ForgottenException forgotten) {
            return new ActorForgottenException(forgotten);
        }
        if (cause instanceof PoisonEventException poison) {
            return entity.system.quarantine().add(poison);
        }
        if (cause instanceof RecoveryException) {
            return new ActorFailedException(cause.getMessage() == null ? "recovery failed" : cause.getMessage(), cause);
        }
        if (cause instanceof SteleException) {
            return new ActorFailedException(
                    "actor cannot be recovered: persistenceId=" + persistenceId() + ", reason=" + cause.getMessage(),
                    cause);
        }
        LOG.error("recovery failed unexpectedly: persistenceId={}", persistenceId(), cause);
        return new ActorFailedException(
                "actor cannot be recovered: persistenceId=" + persistenceId() + ", reason=" + cause, cause);
    }
}
