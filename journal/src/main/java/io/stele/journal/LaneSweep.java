package io.stele.journal;

import io.stele.spi.JournalException;
import io.stele.spi.ReplayRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replays many actors of one lane in one pass over their records, in the order in which those lie in the files. Who recovers ten
 * thousand actors one after the other reads every page of the lane once for each of them; who takes a thousand at a time reads it
 * ten times.
 *
 * <pre>
 *   index      a: 4 16 40      b: 8 12 60      c: 20 36 44
 *   sorted     4a 8b 12b 16a 20c 36c 40a 44c 60b
 *              └──── read at once ────┘          each record goes to the cursor of its own actor
 * </pre>
 *
 * <p>What the index does not know, and what it is wrong about, comes afterwards, actor by actor, along the chain. An actor with a
 * longer history than fits is replayed alone, after the others.
 *
 * <p>Confined to one thread. Allocates what it remembers of each actor, and nothing per record once its tables have grown.
 */
final class LaneSweep {
    /** A longer history than this is replayed alone. */
    static final int RECORDS_MAX = 4096;

    private static final int OWNER_BITS = 12;
    /** So many actors are taken at most. */
    static final int ACTORS_MAX = 1 << OWNER_BITS;

    private static final long SPAN_MAX = 1L << (Long.SIZE - 1 - OWNER_BITS);

    private final ActorReplay alone;
    private final RecordFetcher records;
    private final PositionIndex index;
    private final PositionIndex.Positions known =
            new PositionIndex.Positions(RECORDS_MAX + PositionIndex.CHUNK_RECORDS_MAX);
    private final List<Part> parts = new ArrayList<>();
    private final List<Part> rest = new ArrayList<>();
    private long[] found = new long[RECORDS_MAX];
    private long[] owned = new long[RECORDS_MAX];
    private int count;

    /** One actor's share. */
    private static final class Part {
        final ReplayRequest request;
        final ReplayCursor cursor;
        final long lastPosition;
        boolean isStopped;

        Part(ReplayRequest request, ReplayCursor cursor, long lastPosition) {
            this.request = request;
            this.cursor = cursor;
            this.lastPosition = lastPosition;
        }
    }

    /**
     * Sweeps with what an actor's replay reads with.
     *
     * @param alone not in use by anyone else
     */
    LaneSweep(ActorReplay alone, PositionIndex index) {
        this.alone = alone;
        this.records = alone.records();
        this.index = index;
    }

    /** Adds an actor, at most {@link #ACTORS_MAX} of them. */
    void add(ReplayRequest request, long lastPosition) {
        ReplayCursor cursor = new ReplayCursor(records);
        cursor.start(
                request.persistenceId().encodedBytes(),
                request.fromSequenceNumber(),
                request.toSequenceNumber(),
                request.reader());
        parts.add(new Part(request, cursor, lastPosition));
    }

    /**
     * Replays all of them.
     *
     * @param indexedPosition up to where the index may be believed
     */
    void run(long indexedPosition) {
        if (indexedPosition > 0) {
            collect(indexedPosition);
            sweep();
        }
        for (Part part : parts) {
            finish(part, () -> alone.replayChain(part.cursor, part.lastPosition));
        }
        for (Part part : rest) {
            finish(
                    part,
                    () -> alone.replay(
                            part.cursor.id(),
                            part.lastPosition,
                            indexedPosition,
                            part.cursor.from(),
                            part.cursor.to(),
                            part.request.reader()));
        }
    }

    private static void finish(Part part, Runnable replay) {
        if (part.request.failure() == null && !part.cursor.isEnded()) {
            try {
                replay.run();
            } catch (RuntimeException e) {
                part.request.fail(e);
            }
        }
    }

    private void collect(long indexedPosition) {
        long first = Long.MAX_VALUE;
        List<Part> fitting = new ArrayList<>(parts.size());
        for (Part part : parts) {
            known.start(part.cursor.from() - 1);
            if (index.next(part.cursor.id(), part.cursor.to(), known)) {
                rest.add(part);
            } else {
                first = Math.min(first, keep(fitting.size(), indexedPosition));
                fitting.add(part);
            }
        }
        parts.clear();
        if (indexedPosition - first >= SPAN_MAX) {
            rest.addAll(fitting); // half a million segments apart
            count = 0;
        } else {
            parts.addAll(fitting);
            sort(first);
        }
    }

    /** Keeps the known positions as those of the part with that number, and returns the first of them. */
    private long keep(int owner, long indexedPosition) {
        long first = Long.MAX_VALUE;
        for (int i = 0; i < known.count() && known.position(i) <= indexedPosition; i++) {
            long position = known.position(i);
            if (first == Long.MAX_VALUE && records.isRemoved(position)) {
                continue;
            }
            first = Math.min(first, position);
            if (count == found.length) {
                found = Arrays.copyOf(found, 2 * count);
                owned = Arrays.copyOf(owned, 2 * count);
            }
            found[count] = position;
            owned[count++] = owner;
        }
        return first;
    }

    /** Puts the positions in order, each with its owner: both fit into one word, counted from the first position. */
    private void sort(long first) {
        for (int i = 0; i < count; i++) {
            owned[i] |= (found[i] - first) << OWNER_BITS;
        }
        Arrays.sort(owned, 0, count);
        for (int i = 0; i < count; i++) {
            found[i] = first + (owned[i] >>> OWNER_BITS);
        }
    }

    private void sweep() {
        for (int i = 0; i < count; i++) {
            Part part = parts.get((int) (owned[i] & ACTORS_MAX - 1));
            if (!part.isStopped) {
                RecordView record = fetch(i);
                part.isStopped = record == null || !take(part, record);
            }
        }
    }

    /** Returns null if the record cannot be read, which the chain will show. */
    private @Nullable RecordView fetch(int i) {
        try {
            return records.fetch(found, i, count);
        } catch (JournalException e) {
            return null;
        }
    }

    private static boolean take(Part part, RecordView record) {
        try {
            return part.cursor.takeIndexed(record);
        } catch (RuntimeException e) {
            part.request.fail(e);
            return false;
        }
    }
}
