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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Replays the actors of one lane with handlers that may be new.
 *
 * <pre>
 *   {@link #pass}    every event as it comes, to the state of its actor; nobody's history is held
 *   {@link #load}    what the pass could not settle: the histories of those few, in memory, a share of them at a time
 * </pre>
 *
 * <p>Confined to one thread.
 */
final class Rehearsal implements EventHistory {
    /** So many names that are not wanted are remembered; further ones are asked about again. */
    private static final int UNWANTED_MAX = 1 << 20;

    private final JournalPieces pieces;
    private Map<PersistenceId, EventLog> logs = new HashMap<>();

    /** One actor in a pass. */
    private static final class Passing implements EventReader {
        private final EventReader now;
        private final @Nullable EventReader old;
        private long bytes;

        Passing(EventReader now, @Nullable EventReader old) {
            this.now = now;
            this.old = old;
        }

        @Override
        public void onEvent(StoredEvent event) {
            bytes += event.payload().remaining() + EventLog.HEAD_BYTES;
            now.onEvent(event);
            if (old != null) {
                old.onEvent(event);
            }
        }

        @Override
        public void onNote(StoredEvent note) {
            bytes += note.metadata().remaining() + EventLog.HEAD_BYTES;
            now.onNote(note);
            if (old != null) {
                old.onNote(note);
            }
        }

        @SuppressWarnings("unchecked")
        static @Nullable Object found(@Nullable EventReader side) {
            return side == null ? null : ((Supplier<@Nullable Object>) side).get();
        }
    }

    /**
     * What a pass has come to.
     *
     * @param settled one for each actor that agrees
     * @param open those that have to be looked at again, and how long their histories are
     * @param eventCount how many events went by
     */
    record Passed(List<Outcome> settled, Map<PersistenceId, Long> open, long eventCount) {}

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

    /** Reads a lane once, and applies every event of the wanted actors to the states that the handlers have made so far. */
    Passed pass(
            int lane,
            Predicate<PersistenceId> wanted,
            BiFunction<PersistenceId, Long, Object[]> now,
            @Nullable BiFunction<PersistenceId, Long, Object[]> old,
            LongConsumer bytesRead) {
        Map<PersistenceId, Passing> passing = new HashMap<>();
        Set<PersistenceId> unwanted = new HashSet<>();
        long[] eventCount = {0};
        read(
                lane,
                new EventReader() {
                    @Override
                    public void onEvent(StoredEvent event) {
                        Passing actor = actor(event.persistenceId());
                        if (actor != null) {
                            eventCount[0]++;
                            actor.onEvent(event);
                        }
                    }

                    @Override
                    public void onNote(StoredEvent note) {
                        Passing actor = actor(note.persistenceId());
                        if (actor != null) {
                            actor.onNote(note);
                        }
                    }

                    private @Nullable Passing actor(PersistenceId id) {
                        Passing actor = passing.get(id);
                        if (actor != null || unwanted.contains(id)) {
                            return actor;
                        }
                        if (!wanted.test(id)) {
                            if (unwanted.size() < UNWANTED_MAX) {
                                unwanted.add(id);
                            }
                            return null;
                        }
                        actor = begin(id, now, old);
                        passing.put(id, actor);
                        return actor;
                    }
                },
                bytesRead);
        List<Outcome> settled = new ArrayList<>();
        Map<PersistenceId, Long> open = new HashMap<>();
        passing.forEach((id, actor) -> {
            Outcome outcome = settle(id, actor, old != null);
            if (outcome == null) {
                open.put(id, actor.bytes);
            } else {
                settled.add(outcome);
            }
        });
        return new Passed(settled, open, eventCount[0]);
    }

    private static Passing begin(
            PersistenceId id,
            BiFunction<PersistenceId, Long, Object[]> now,
            @Nullable BiFunction<PersistenceId, Long, Object[]> old) {
        return old == null
                ? new Passing((EventReader) now.apply(id, HandlerSide.BEGIN_CHECK)[0], null)
                : new Passing((EventReader) now.apply(id, HandlerSide.BEGIN_STATES)[0], (EventReader)
                        old.apply(id, HandlerSide.BEGIN_STATES)[0]);
    }

    private static @Nullable Outcome settle(PersistenceId id, Passing actor, boolean isCompared) {
        Object after;
        Object before;
        try {
            after = Passing.found(actor.now);
            before = Passing.found(actor.old);
        } catch (SteleException e) {
            return null; // a state that cannot be written down: the second look says so
        }
        if (after == null || (isCompared && !after.equals(before))) {
            return null;
        }
        String report = isCompared ? "states agree: persistenceId=" + id : after.toString();
        return new Outcome(id, true, 0, report, null, null);
    }

    private void read(int lane, EventReader reader, LongConsumer bytesRead) {
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
        read(lane, reader, bytesRead);
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
