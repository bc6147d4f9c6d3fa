package io.stele.testkit;

import io.stele.spi.Durability;
import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventReader;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.JournalInUseException;
import io.stele.spi.PersistenceId;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import io.stele.testkit.JournalFaults.AppendOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EventJournal} in memory that keeps the contract to the letter, and crashes when it is told to.
 *
 * <pre>
 *   InMemoryJournal journal = InMemoryJournal.open();
 *   …
 *   InMemoryJournal next = journal.crash(Durability.POWER_LOSS);   // what a power cut would have left
 * </pre>
 *
 * <p>It is stricter than it must be where that finds mistakes: positions skip, views and buffers are useless once their reader
 * has returned.
 *
 * <h2>Threads</h2>
 * As {@link EventJournal} says. The listener is called on the thread that {@link SyncMode} names; {@code onFailed} of an
 * append on the appending thread.
 *
 * <h2>Failure</h2>
 * Faults are injected by {@link #failAppendAt}, {@link #failSyncAt} and {@link #fullFrom}; counts are across all lanes, and
 * each fault strikes once. The next opening has none.
 */
public final class InMemoryJournal implements EventJournal {
    private final InMemoryJournalOptions options;
    private final InMemoryStorage storage;
    private final long epoch;
    private final JournalFaults faults = new JournalFaults();
    private final List<InMemoryLaneWriter> writers = new ArrayList<>();
    private final Map<PersistenceId, InMemoryStream> streams = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final @Nullable SyncThread syncThread;
    private volatile @Nullable DurabilityListener listener;

    private InMemoryJournal(InMemoryJournalOptions options, InMemoryStorage storage) {
        this.options = options;
        this.storage = storage;
        epoch = storage.acquire();
        for (int lane = 0; lane < options.laneCount(); lane++) {
            writers.add(new InMemoryLaneWriter(lane, storage.lanes().get(lane), faults, epoch));
        }
        syncThread = options.syncMode() == SyncMode.OWN_THREAD ? SyncThread.start(this::forceAll) : null;
    }

    /** Returns a new, empty journal with {@link InMemoryJournalOptions#standard()}. */
    public static InMemoryJournal open() {
        return open(InMemoryJournalOptions.standard());
    }

    /** Returns a new, empty journal. */
    public static InMemoryJournal open(InMemoryJournalOptions options) {
        return new InMemoryJournal(options, new InMemoryStorage(options.laneCount()));
    }

    /**
     * Opens what this journal left behind when it was closed, with the next epoch and without faults or listener.
     *
     * @throws JournalInUseException if this journal, or a later opening of it, is not closed
     */
    public InMemoryJournal reopen() {
        return new InMemoryJournal(options, storage);
    }

    /**
     * Ends this journal without closing it, and opens what is left: everything that was appended after a crash of the process,
     * and in each lane only what was durable after a power cut. From now on this journal throws {@link JournalException}, and
     * its listener hears nothing more, a call that is under way excepted. If it was closed before, everything is left.
     *
     * @param survives what the crash spares
     * @throws JournalInUseException if a later opening of the same journal is not closed
     */
    public InMemoryJournal crash(Durability survives) {
        if (closed.compareAndSet(false, true)) {
            writers.forEach(InMemoryLaneWriter::kill);
            stopSyncThread();
            if (survives == Durability.POWER_LOSS) {
                storage.lanes().forEach(InMemoryLane::loseTail);
            }
            storage.release();
        }
        return reopen();
    }

    /**
     * Forces a lane now, on this thread: moves its durable position to its last one and calls the listener. If another thread
     * is forcing the lane right now, that thread does it once more instead.
     */
    public void sync(int lane) {
        requireOpen();
        writer(lane).force(listener);
    }

    /** Forces every lane now, as {@link #sync} does. */
    public void syncAll() {
        requireOpen();
        forceAll();
    }

    /**
     * Forgets one actor's records that have no event at or above {@code sequenceNumber}, but never its last one, as a compaction
     * may: replays begin later, and the actor's last sequence number stays what it was.
     */
    public void compactBelow(PersistenceId persistenceId, long sequenceNumber) {
        requireOpen();
        storage.lanes().get(lane(persistenceId)).compactBelow(persistenceId, sequenceNumber);
    }

    /**
     * Lets the {@code n}-th append from now fail, 1 for the next: its lane fails, and its events are not there. Appends that are
     * refused for another reason do not count.
     */
    public void failAppendAt(long n) {
        faults.failAppendAt(n, AppendOutcome.LOST);
    }

    /** As {@link #failAppendAt}, but its events are there after all when the journal is opened again. */
    public void failAppendAfterWritingAt(long n) {
        faults.failAppendAt(n, AppendOutcome.WRITTEN_BUT_FAILED);
    }

    /**
     * Lets the {@code n}-th force from now fail, 1 for the next, and its lane with it. A force that finds nothing new to force
     * does not count.
     */
    public void failSyncAt(long n) {
        faults.failSyncAt(n);
    }

    /** Lets the {@code n}-th append from now and all later ones find no space, 1 for the next. */
    public void fullFrom(long n) {
        faults.fullFrom(n);
    }

    /** Ends what {@link #fullFrom} began: appends work again. */
    public void spaceReturns() {
        faults.spaceReturns();
    }

    @Override
    public int laneCount() {
        return writers.size();
    }

    @Override
    public int payloadBytesMax() {
        return options.payloadBytesMax();
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public EventBatch newBatch() {
        return new InMemoryBatch(options.payloadBytesMax());
    }

    @Override
    public EventStream open(PersistenceId persistenceId) {
        requireOpen();
        int lane = lane(persistenceId);
        InMemoryStream stream = new InMemoryStream(this, persistenceId, lane);
        if (streams.putIfAbsent(persistenceId, stream) != null) {
            throw new JournalException(
                    "actor has a stream already, and two would number their events alike; nothing was opened, close the first: "
                            + "persistenceId=" + persistenceId.encoded() + ", lane=" + lane);
        }
        InMemoryRecord last = storage.lanes().get(lane).lastOf(persistenceId);
        if (last != null) {
            stream.moveTo(last);
        }
        return stream;
    }

    @Override
    public long append(EventStream stream, long sequenceNumber, EventBatch batch) {
        requireOpen();
        if (!(stream instanceof InMemoryStream own) || !own.isOpenIn(this)) {
            throw new IllegalArgumentException("stream is closed or of another journal: persistenceId="
                    + stream.persistenceId().encoded() + ", epoch=" + epoch);
        }
        if (!(batch instanceof InMemoryBatch events) || events.isEmpty()) {
            throw new IllegalArgumentException("batch is empty or of another journal: persistenceId="
                    + stream.persistenceId().encoded() + ", sequenceNumber=" + sequenceNumber);
        }
        return writer(own.lane()).append(own, sequenceNumber, events, listener);
    }

    @Override
    public void requestSync(int lane) {
        requireOpen();
        InMemoryLaneWriter writer = writer(lane);
        if (syncThread != null) {
            syncThread.request();
        } else if (options.syncMode() == SyncMode.ON_REQUEST) {
            writer.force(listener);
        }
    }

    @Override
    public long durablePosition(int lane) {
        return writer(lane).durablePosition();
    }

    @Override
    public @Nullable JournalException failure(int lane) {
        return writer(lane).refusal();
    }

    @Override
    public void listener(DurabilityListener newListener) {
        if (listener != null) {
            throw new IllegalStateException("journal has a listener already: epoch=" + epoch);
        }
        listener = newListener;
    }

    @Override
    public long replay(
            PersistenceId persistenceId, long fromSequenceNumber, long toSequenceNumber, EventReader reader) {
        requireOpen();
        if (fromSequenceNumber < 1) {
            throw new IllegalArgumentException("sequence numbers start at 1: fromSequenceNumber=" + fromSequenceNumber);
        }
        InMemoryView view = new InMemoryView(reader);
        long count = 0;
        for (InMemoryRecord record : storage.lanes().get(lane(persistenceId)).historyOf(persistenceId)) {
            long first = record.place().firstSequenceNumber();
            if (first > toSequenceNumber) {
                break;
            }
            if (!record.isNote() || first >= fromSequenceNumber - 1) {
                count += view.deliver(record, fromSequenceNumber, toSequenceNumber);
            }
        }
        return count;
    }

    @Override
    public long read(int lane, long afterPosition, long eventCountMax, EventReader reader) {
        requireOpen();
        writer(lane);
        if (eventCountMax < 1) {
            throw new IllegalArgumentException("eventCountMax must be at least 1: eventCountMax=" + eventCountMax);
        }
        InMemoryView view = new InMemoryView(reader);
        long position = afterPosition;
        for (InMemoryRecord record : storage.lanes().get(lane).after(afterPosition, eventCountMax)) {
            view.deliver(record, 1, Long.MAX_VALUE);
            position = record.position();
        }
        return position;
    }

    /** Closes as {@link EventJournal#close} says; throws if a force failed, but only when everything is closed. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        stopSyncThread();
        writers.forEach(InMemoryLaneWriter::close);
        JournalException unforced = null;
        for (InMemoryLaneWriter writer : writers) {
            JournalException cause = writer.forceLast(listener);
            unforced = unforced == null ? cause : unforced;
        }
        storage.release();
        if (unforced != null) {
            throw new JournalException(
                    "journal was closed, but not everything could be forced: epoch=" + epoch, unforced);
        }
    }

    /** Called by a stream that is closed. */
    void closed(InMemoryStream stream) {
        streams.remove(stream.persistenceId(), stream);
    }

    private void forceAll() {
        writers.forEach(writer -> writer.force(listener));
    }

    private void stopSyncThread() {
        if (syncThread != null) {
            syncThread.stop();
        }
    }

    private InMemoryLaneWriter writer(int lane) {
        if (lane < 0 || lane >= writers.size()) {
            throw new IllegalArgumentException("lane is out of range: lane=" + lane + ", laneCount=" + writers.size());
        }
        return writers.get(lane);
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new JournalException("journal is closed: epoch=" + epoch);
        }
    }
}
