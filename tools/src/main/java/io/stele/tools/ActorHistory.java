package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.journal.Finding;
import io.stele.snapshot.RocksStores;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredEvent;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one pass over an actor's events has kept.
 *
 * @param eventCount how many events there are
 * @param firstTimestampMs when the first one happened
 * @param last the last ones, oldest first
 * @param findings damage that was passed over
 */
record ActorHistory(long eventCount, long firstTimestampMs, List<Event> last, List<Finding> findings) {

    /**
     * One event, copied.
     *
     * @param sequenceNumber its number
     * @param timestampMs when it happened
     * @param type stored name and version
     * @param payload encoded
     * @param commandId of the command that led to it; null if it had none
     */
    record Event(
            long sequenceNumber,
            long timestampMs,
            String type,
            ByteBuffer payload,
            @Nullable String commandId) {
        static Event of(StoredEvent event) {
            ByteBuffer copy = ByteBuffer.allocate(event.payload().remaining())
                    .put(event.payload().duplicate());
            return new Event(
                    event.sequenceNumber(),
                    event.timestampMs(),
                    event.type().toString(),
                    copy.flip(),
                    RecordMetadata.findText(event.metadata(), RecordMetadata.COMMAND_ID));
        }

        String json(KeyInspector keys) {
            return DataDirectory.json(payload, keys);
        }
    }

    /** Reads all events of {@code id}, and keeps the last {@code keepCount}, but always the very last. */
    static ActorHistory read(DataDirectory directory, @Nullable RocksStores stores, PersistenceId id, int keepCount) {
        Deque<Event> last = new ArrayDeque<>();
        List<Finding> findings = new ArrayList<>();
        long[] first = new long[1];
        long count = directory.events(
                id,
                stores,
                Long.MAX_VALUE,
                event -> {
                    if (first[0] == 0) {
                        first[0] = event.timestampMs();
                    }
                    last.add(Event.of(event));
                    if (last.size() > Math.max(1, keepCount)) {
                        last.remove();
                    }
                },
                findings::add);
        return new ActorHistory(count, first[0], List.copyOf(last), List.copyOf(findings));
    }
}
