package io.stele.tools;

import io.stele.journal.JournalPieces;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventHistory;
import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import io.stele.spi.StoredEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Replays the actors of one lane with handlers that may be new. A lane is read once per share of its actors; the histories of a share
 * are in memory while they are replayed.
 *
 * <p>Confined to one thread.
 */
final class Rehearsal implements EventHistory {
    private final JournalPieces pieces;
    private Map<PersistenceId, EventLog> logs = new HashMap<>();

    /**
     * What became of one actor.
     *
     * @param id which
     * @param agrees whether nothing differs
     * @param sequenceNumber the first number after which it is known to differ; 0 if it agrees
     * @param report one sentence
     * @param before its last state by the old code, as JSON; null if that is not known
     * @param after its last state by the new code, as JSON; null if that is not known
     */
    record Outcome(
            PersistenceId id,
            boolean agrees,
            long sequenceNumber,
            String report,
            @Nullable String before,
            @Nullable String after) {}

    Rehearsal(JournalPieces pieces) {
        this.pieces = pieces;
    }

    /** Reads the wanted actors of a lane into memory. */
    void load(int lane, Predicate<PersistenceId> wanted, LongConsumer bytesRead) {
        logs = new HashMap<>();
        EventReader reader = new EventReader() {
            @Override
            public void onEvent(StoredEvent event) {
                EventLog log = log(event.persistenceId());
                if (log != null) {
                    log.addEvent(event);
                }
            }

            @Override
            public void onNote(StoredEvent note) {
                EventLog log = log(note.persistenceId());
                if (log != null) {
                    log.addNote(note);
                }
            }

            private @Nullable EventLog log(PersistenceId id) {
                EventLog log = logs.get(id);
                if (log == null && wanted.test(id)) {
                    log = new EventLog(id);
                    logs.put(id, log);
                }
                return log;
            }
        };
        for (JournalPieces.Piece piece : pieces.pieces()) {
            if (piece.lane() == lane) {
                long unused = pieces.read(
                        piece,
                        reader,
                        finding -> {
                            if (finding.durable()) {
                                throw new CorruptJournalException(finding.report());
                            }
                        },
                        bytesRead,
                        () -> false);
            }
        }
    }

    long eventCount() {
        return logs.values().stream().mapToLong(EventLog::eventCount).sum();
    }

    /** Replays all that were loaded with the new handlers, and, if there are any, with the old ones. */
    List<Outcome> replay(
            BiFunction<PersistenceId, Long, Object[]> now, @Nullable BiFunction<PersistenceId, Long, Object[]> old) {
        List<Outcome> outcomes = new ArrayList<>();
        for (EventLog log : logs.values()) {
            try {
                outcomes.add(old != null && log.firstSequenceNumber() == 1 ? compare(log, now, old) : check(log, now));
            } catch (SteleException e) {
                outcomes.add(new Outcome(log.id(), false, 0, String.valueOf(e.getMessage()), null, null));
            }
        }
        return outcomes;
    }

    private static Outcome check(EventLog log, BiFunction<PersistenceId, Long, Object[]> now) {
        Object[] verdict = now.apply(log.id(), HandlerSide.CHECK);
        return new Outcome(log.id(), (Boolean) verdict[0], (Long) verdict[1], String.valueOf(verdict[2]), null, null);
    }

    /** Compares the last states, and looks for the first difference only where they differ: numbers are halved. */
    private static Outcome compare(
            EventLog log,
            BiFunction<PersistenceId, Long, Object[]> now,
            BiFunction<PersistenceId, Long, Object[]> old) {
        String before = state(old, log.id(), Long.MAX_VALUE);
        String after = state(now, log.id(), Long.MAX_VALUE);
        if (before.equals(after)) {
            return new Outcome(log.id(), true, 0, "states agree: persistenceId=" + log.id(), null, null);
        }
        long agreeing = 0;
        long differing = log.eventCount();
        while (agreeing + 1 < differing) {
            long middle = (agreeing + differing) >>> 1;
            if (state(old, log.id(), middle).equals(state(now, log.id(), middle))) {
                agreeing = middle;
            } else {
                differing = middle;
            }
        }
        return new Outcome(
                log.id(),
                false,
                differing,
                "new code makes another state of history: persistenceId=" + log.id() + ", sequenceNumber=" + differing,
                before,
                after);
    }

    private static String state(BiFunction<PersistenceId, Long, Object[]> side, PersistenceId id, long number) {
        return String.valueOf(side.apply(id, number)[0]);
    }

    @Override
    public long replay(PersistenceId id, long from, long to, EventReader reader) {
        EventLog log = logs.get(id);
        return log == null ? 0 : log.replay(from, to, reader);
    }
}
