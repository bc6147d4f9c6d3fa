package io.stele.journal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Readers of one lane that wait to be used again: their buffers and tables are large, and one that has just read to where the
 * next caller goes on needs not even look for the place.
 *
 * <p>Any thread. Keeps a few; each has at most a few files open.
 */
final class LaneReaders implements AutoCloseable {
    private static final int IDLE_MAX = 4;

    private final LaneSetup setup;
    private final PositionIndex index;
    private final LongSupplier lastPosition;
    private final Deque<LaneReader> lanes = new ArrayDeque<>();
    private final Deque<ActorReplay> actors = new ArrayDeque<>();
    private boolean closed;

    /**
     * Starts without any.
     *
     * @param lastPosition up to where records must be there
     */
    LaneReaders(LaneSetup setup, PositionIndex index, LongSupplier lastPosition) {
        this.setup = setup;
        this.index = index;
        this.lastPosition = lastPosition;
    }

    /** Returns a reader whose next record is the one behind {@code afterPosition}. */
    LaneReader takeLane(long afterPosition) {
        LaneReader reader = idleLane(afterPosition);
        if (reader == null) {
            reader = new LaneReader(
                    setup.options().directory(), setup.manifest(), setup.lane(), lastPosition, LaneReader.STRICT);
        }
        if (reader.lastPosition() != afterPosition || afterPosition == 0) {
            reader.seekAfter(afterPosition);
        }
        return reader;
    }

    ActorReplay takeActor() {
        ActorReplay replay;
        synchronized (this) {
            replay = actors.pollFirst();
        }
        return replay != null
                ? replay
                : new ActorReplay(new RecordFetcher(setup.options().directory(), setup.lane()), index);
    }

    /** Takes a reader back that has not failed. */
    void give(LaneReader reader) {
        reader.pause();
        boolean kept;
        synchronized (this) {
            kept = !closed && lanes.size() < IDLE_MAX && lanes.offerFirst(reader);
        }
        if (!kept) {
            reader.close();
        }
    }

    /** Takes a replay back that has not failed. */
    void give(ActorReplay replay) {
        replay.pause();
        boolean kept;
        synchronized (this) {
            kept = !closed && actors.size() < IDLE_MAX && actors.offerFirst(replay);
        }
        if (!kept) {
            replay.close();
        }
    }

    /** Closes all files that idle readers have open. What is in use is closed when it is given back, if this is the end. */
    synchronized void release() {
        lanes.forEach(LaneReader::close);
        lanes.clear();
        actors.forEach(ActorReplay::close);
        actors.clear();
    }

    /** Releases, and keeps nothing from now on. */
    @Override
    public synchronized void close() {
        closed = true;
        release();
    }

    private synchronized @Nullable LaneReader idleLane(long afterPosition) {
        for (LaneReader reader : lanes) {
            if (reader.lastPosition() == afterPosition) {
                lanes.remove(reader);
                return reader;
            }
        }
        return lanes.pollLast();
    }
}
