package io.stele.journal;

import io.stele.spi.DurabilityListener;
import io.stele.spi.PersistenceId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One lane of an open journal: its writer, its sync thread, and where its actors' histories end. */
final class Lane {
    private final LaneSetup setup;
    private final LaneWriter writer;
    private final LaneSync sync;
    private final Map<PersistenceId, Head> heads = new ConcurrentHashMap<>();
    private boolean syncing;

    Lane(LaneSetup setup, LaneTail tail, SegmentReserve reserve, Supplier<@Nullable DurabilityListener> listener) {
        this.setup = setup;
        writer = new LaneWriter(setup, tail, reserve, this::startSync);
        sync = new LaneSync(setup, writer, tail, listener);
        try (LaneHistory history = new LaneHistory(setup)) {
            history.scan(0, tail.position(), record -> {
                if (record.kind() == RecordLayout.KIND_EVENTS) {
                    heads.put(record.persistenceId(), new Head(record.lastSequenceNumber(), record.position()));
                }
                return true;
            });
        }
    }

    LaneSetup setup() {
        return setup;
    }

    LaneWriter writer() {
        return writer;
    }

    LaneSync sync() {
        return sync;
    }

    Head head(PersistenceId persistenceId) {
        return heads.getOrDefault(persistenceId, Head.NONE);
    }

    void head(PersistenceId persistenceId, Head head) {
        heads.put(persistenceId, head);
    }

    /** Seals, forces and closes. Fails as the writer did if it has. */
    void close() {
        writer.seal();
        if (syncing) {
            sync.stop();
        }
        writer.close();
    }

    /** Called under the writer's latch. */
    private void startSync() {
        syncing = true;
        sync.start();
    }
}
