package io.stele.runtime;

import io.stele.recovery.DurableTimer;
import io.stele.recovery.TimerNote;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable timers of one actor in memory: what its history says of them, and nothing beyond it.
 *
 * <pre>
 *   effect ──&gt; prepare ──&gt; one record: events + changes ──&gt; onAppended ──&gt; {@link DurableTimers} knows when to wake
 *   wake   ──&gt; fire: each due command is handled like any other, and its record says that the timer is gone
 * </pre>
 *
 * <p>Confined to its actor.
 */
final class ActorTimers {
    private static final Logger LOG = LoggerFactory.getLogger(ActorTimers.class);

    private final DurableTimers service;
    private final PersistenceId persistenceId;
    private final PayloadCodec codec;
    /** Made with the first one, as the next: most actors have none. */
    private Map<String, DurableTimer> timers;

    /** Those that were put back, or wait for an async effect. */
    private Map<String, TimerFiring> underWay = Map.of();

    private @Nullable ByteBuffer prepared;

    ActorTimers(
            DurableTimers service,
            PersistenceId persistenceId,
            PayloadCodec codec,
            Map<String, DurableTimer> timers,
            long position) {
        this.service = service;
        this.persistenceId = persistenceId;
        this.codec = codec;
        this.timers = timers.isEmpty() ? Map.of() : timers;
        if (!timers.isEmpty() || service.expects(persistenceId)) {
            settle(position);
        }
    }

    private void forgetUnderWay(String name) {
        if (!underWay.isEmpty()) {
            underWay.remove(name);
        }
    }

    /** Returns whether carrying an effect out changes any timer. */
    static boolean concerns(Effect<?, ?, ?> effect, Object message) {
        return !effect.timers().isEmpty() || message instanceof TimerFiring;
    }

    /**
     * Encodes what an effect, and the timer that led to it, change. To be appended at once; until {@link #onAppended} nothing has
     * changed.
     *
     * @throws PayloadCodecException if a command cannot be stored, or all of them take too many bytes
     */
    ByteBuffer prepare(Effect<?, ?, ?> effect, Object message, long nowMs) {
        List<DurableTimer> started = new ArrayList<>();
        int sizeBytes = message instanceof TimerFiring firing ? TimerNote.sizeBytes(firing.timer.name()) : 0;
        for (TimerChange change : effect.timers()) {
            DurableTimer timer = change.command() == null ? null : encode(change, change.command(), nowMs);
            sizeBytes += timer == null ? TimerNote.sizeBytes(change.name()) : TimerNote.sizeBytes(timer);
            if (timer != null) {
                started.add(timer);
            }
        }
        if (sizeBytes > TimerNote.BYTES_MAX) {
            throw new PayloadCodecException("commands of timers are too long: persistenceId=" + persistenceId
                    + ", bytes=" + sizeBytes + ", bytesMax=" + TimerNote.BYTES_MAX);
        }
        ByteBuffer changes = ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        if (message instanceof TimerFiring firing) {
            TimerNote.gone(firing.timer.name(), changes);
        }
        int next = 0;
        for (TimerChange change : effect.timers()) {
            if (change.command() == null) {
                TimerNote.gone(change.name(), changes);
            } else {
                TimerNote.started(started.get(next++), changes);
            }
        }
        started.stream()
                .mapToLong(DurableTimer::dueMs)
                .min()
                .ifPresent(dueMs -> service.beforeAppend(persistenceId, dueMs));
        prepared = changes.flip();
        return changes;
    }

    private DurableTimer encode(TimerChange change, Command<?> command, long nowMs) {
        byte[] bytes = Encoding.encode(codec, command);
        return new DurableTimer(
                persistenceId, change.name(), change.dueMs(nowMs), codec.typeOf(command), ByteBuffer.wrap(bytes));
    }

    /** What was prepared is in the journal. */
    void onAppended(Object message, long position) {
        ByteBuffer changes = prepared;
        if (changes != null) {
            prepared = null;
            if (timers.isEmpty()) {
                timers = new LinkedHashMap<>();
            }
            TimerNote.applyAll(persistenceId, changes, timers);
            if (message instanceof TimerFiring firing) {
                forgetUnderWay(firing.timer.name());
                service.forgetFailures(persistenceId, firing.timer.name());
            }
            settle(position);
        }
    }

    private void settle(long position) {
        long earliestMs = Long.MAX_VALUE;
        for (DurableTimer timer : timers.values()) {
            earliestMs = Math.min(earliestMs, timer.dueMs());
        }
        service.settle(persistenceId, earliestMs, wakeMs(), position);
    }

    /** Returns when the next of those fires that are not under way; the largest number if there is none. */
    private long wakeMs() {
        long wakeMs = Long.MAX_VALUE;
        for (DurableTimer timer : timers.values()) {
            if (!isUnderWay(timer)) {
                wakeMs = Math.min(wakeMs, service.firesAtMs(timer));
            }
        }
        return wakeMs;
    }

    private boolean isUnderWay(DurableTimer timer) {
        TimerFiring firing = underWay.get(timer.name());
        return firing != null && !firing.isRefused() && firing.timer.equals(timer);
    }

    /** Returns whether a firing is about a timer that is still there: it may have been cancelled, or started anew, since. */
    boolean isCurrent(TimerFiring firing) {
        return firing.timer.equals(timers.get(firing.timer.name()));
    }

    /** Has every timer handled that is due, in the order of their times, as long as the actor takes commands. */
    void fire(Activation<?, ?> activation) {
        List<DurableTimer> due = new ArrayList<>();
        for (DurableTimer timer : timers.values()) {
            if (service.firesAtMs(timer) <= activation.nowMs() && !isUnderWay(timer)) {
                due.add(timer);
            }
        }
        due.sort(Comparator.comparingLong(DurableTimer::dueMs));
        for (DurableTimer timer : due) {
            if (!activation.takesCommands()) {
                break;
            }
            TimerFiring firing = timer.equals(timers.get(timer.name())) ? firing(timer) : null;
            if (firing != null) {
                if (underWay.isEmpty()) {
                    underWay = new HashMap<>();
                }
                underWay.put(timer.name(), firing);
                service.onFired();
                activation.handle(firing);
            }
        }
        service.wakeAt(persistenceId, wakeMs());
    }

    private @Nullable TimerFiring firing(DurableTimer timer) {
        try {
            Object command = codec.decode(timer.type(), timer.command().duplicate());
            if (command instanceof Command<?> known) {
                return new TimerFiring(service, timer, known);
            }
            LOG.warn(
                    "timer holds something other than a command: persistenceId={}, name={}",
                    persistenceId,
                    timer.name());
        } catch (PayloadCodecException e) {
            LOG.warn(
                    "command of a timer cannot be decoded, the timer stays; if its class is missing, list it in storedTypes():"
                            + " persistenceId={}, name={}, reason={}",
                    persistenceId,
                    timer.name(),
                    e.getMessage());
        }
        service.backOff(timer);
        return null;
    }

    /** A command was answered without being carried out, because that had happened before. */
    void onKnown(Activation<?, ?> activation, Object message) {
        if (message instanceof TimerFiring firing) {
            activation.appendGone(firing);
        }
    }

    /** Returns the timers as they are now, to be handed to another thread. */
    List<DurableTimer> list() {
        return timers.isEmpty() ? List.of() : List.copyOf(timers.values());
    }
}
