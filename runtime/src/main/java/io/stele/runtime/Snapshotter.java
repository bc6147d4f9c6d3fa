package io.stele.runtime;

import io.stele.recovery.DurableTimer;
import io.stele.recovery.HashPoint;
import io.stele.recovery.TimerNote;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes and saves snapshots on a thread of its own, so that no actor ever waits for one. A snapshot that cannot be saved is
 * logged and forgotten: recovery then replays more events. Beyond a bounded queue snapshots are skipped.
 *
 * <p>Any thread may ask.
 */
final class Snapshotter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshotter.class);
    private static final int QUEUE_CAPACITY = 10_000;
    private static final int CLOSE_TIMEOUT_S = 10;

    private final SnapshotStore store;
    private final PayloadCodec codec;
    private final LongAdder asked = new LongAdder();
    private final LongAdder saved = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final @Nullable ExecutorService own;
    private final Executor thread;

    /** Starts its thread with the first snapshot; with {@code turns} it has none. */
    Snapshotter(SnapshotStore store, PayloadCodec codec, @Nullable SeededTurns turns) {
        this.store = store;
        this.codec = codec;
        own = turns == null ? newThread() : null;
        thread = own == null ? Objects.requireNonNull(turns)::later : own;
    }

    private static ExecutorService newThread() {
        return new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE_CAPACITY), task -> {
            Thread snapshots = new Thread(task, "stele-snapshots");
            snapshots.setDaemon(true);
            return snapshots;
        });
    }

    /**
     * An actor's state as it was at a sequence number.
     *
     * @param sequenceNumber the last event in it
     * @param position that event's position
     * @param timestampMs when it was taken
     * @param state an immutable value
     * @param entries the command ids that go with it
     * @param timers the timers that go with it
     */
    record Capture(
            long sequenceNumber,
            long position,
            long timestampMs,
            Object state,
            List<DeduplicationWindow.Entry> entries,
            List<DurableTimer> timers) {}

    /** Saves, prunes to what the type keeps, and calls {@code done} in the end, whatever came of it. */
    void save(PersistenceId persistenceId, Capture capture, EntityType<?, ?> type, Runnable done) {
        asked.increment();
        try {
            thread.execute(() -> {
                try {
                    saveNow(persistenceId, capture, type);
                } finally {
                    done.run();
                }
            });
        } catch (RejectedExecutionException e) {
            onFailed(type);
            done.run();
        }
    }

    private void onFailed(EntityType<?, ?> type) {
        failed.increment();
        if (type.meters != null) {
            type.meters.snapshotsFailed.increment();
        }
    }

    /** Works the hash of a state out, and hands it, or null if there is none, to {@code done} in the end. */
    void hash(PersistenceId persistenceId, long sequenceNumber, Object state, Consumer<@Nullable HashPoint> done) {
        try {
            thread.execute(() -> {
                HashPoint point = null;
                try {
                    point = HashPoint.of(sequenceNumber, state, codec);
                } catch (RuntimeException | StackOverflowError e) {
                    LOG.warn(
                            "state has no hash: persistenceId={}, sequenceNumber={}, reason={}",
                            persistenceId,
                            sequenceNumber,
                            e.toString());
                } finally {
                    done.accept(point);
                }
            });
        } catch (RejectedExecutionException e) {
            done.accept(null);
        }
    }

    private static ByteBuffer attachment(Capture capture, PayloadCodec own) {
        ByteBuffer window = DeduplicationWindow.encode(capture.entries, own);
        if (capture.timers.isEmpty()) {
            return window;
        }
        ByteBuffer timers = TimerNote.encode(capture.timers);
        return ByteBuffer.allocate(window.remaining() + timers.remaining())
                .put(window)
                .put(timers)
                .flip();
    }

    private void saveNow(PersistenceId persistenceId, Capture capture, EntityType<?, ?> kind) {
        try {
            PayloadCodec own = codec.forActor(persistenceId);
            StoredType type = own.typeOf(capture.state);
            ByteBuffer payload = ByteBuffer.wrap(Encoding.encode(own, capture.state));
            int bytes = payload.remaining();
            store.save(new Snapshot(
                    persistenceId,
                    capture.sequenceNumber,
                    capture.position,
                    capture.timestampMs,
                    type,
                    codec.fingerprint(type),
                    payload,
                    attachment(capture, own)));
            store.prune(persistenceId, kind.snapshotsKept);
            saved.increment();
            if (kind.meters != null) {
                kind.meters.onSnapshot(capture.timestampMs, bytes);
            }
        } catch (RuntimeException | StackOverflowError e) {
            onFailed(kind);
            LOG.warn(
                    "snapshot was not saved, recovery will replay more events: persistenceId={}, sequenceNumber={}, reason={}",
                    persistenceId,
                    capture.sequenceNumber,
                    e.toString());
        }
    }

    long askedCount() {
        return asked.sum();
    }

    long savedCount() {
        return saved.sum();
    }

    long failedCount() {
        return failed.sum();
    }

    @Override
    public void close() {
        if (own == null) {
            return;
        }
        own.shutdown();
        try {
            if (!own.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                LOG.warn("snapshots are still being saved: timeoutS={}", CLOSE_TIMEOUT_S);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
