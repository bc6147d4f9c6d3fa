package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.recovery.Moment;
import io.stele.runtime.PastState;
import io.stele.snapshot.RocksStores;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an actor's state was, as far as that can be known.
 *
 * @param id which actor
 * @param sequenceNumber the last event before the moment; 0 if there is none
 * @param timestampMs when it happened
 * @param state as JSON; null if it is not known
 * @param stateSequenceNumber the last event in {@code state}; 0 for none
 * @param isComplete whether that is the state at the moment
 * @param behind events between the two, the last ones
 */
record StateReport(
        PersistenceId id,
        long sequenceNumber,
        long timestampMs,
        @Nullable String state,
        long stateSequenceNumber,
        boolean isComplete,
        List<ActorHistory.Event> behind,
        KeyInspector keys) {
    private static final int EVENTS_MAX = 20;
    private static final int BYTES_MIN = 1 << 10;
    private static final int BYTES_MAX = 256 << 20;

    /** What was replayed with the actor's own handlers. */
    static StateReport replayed(PastState<Object> past, PayloadCodec codec, KeyInspector keys) {
        return new StateReport(
                past.persistenceId(),
                past.sequenceNumber(),
                past.timestampMs(),
                json(past.state(), codec, keys),
                past.sequenceNumber(),
                true,
                List.of(),
                keys);
    }

    /** What is known without any class. */
    static StateReport known(
            PersistenceId id, Moment moment, DataDirectory directory, @Nullable RocksStores stores, KeyInspector keys) {
        Deque<ActorHistory.Event> last = new ArrayDeque<>();
        long[] end = {0, 0};
        boolean[] reached = {false};
        long unused = directory.events(
                id,
                stores,
                moment.sequenceNumberMax(),
                event -> {
                    reached[0] |= event.sequenceNumber() > moment.sequenceNumberMax()
                            || event.timestampMs() > moment.timestampMsMax();
                    if (!reached[0]) {
                        end[0] = event.sequenceNumber();
                        end[1] = event.timestampMs();
                        last.add(ActorHistory.Event.of(event));
                        if (last.size() > EVENTS_MAX) {
                            last.remove();
                        }
                    }
                },
                DataDirectory.PASS_OVER);
        Snapshot snapshot = stores == null || end[0] == 0
                ? null
                : stores.snapshots().load(id, end[0]).orElse(null);
        long from = snapshot == null ? 0 : snapshot.sequenceNumber();
        return new StateReport(
                id,
                end[0],
                end[1],
                snapshot == null ? null : DataDirectory.json(snapshot.payload(), keys),
                from,
                from == end[0] && snapshot != null,
                last.stream().filter(event -> event.sequenceNumber() > from).toList(),
                keys);
    }

    private static String json(Object state, PayloadCodec codec, KeyInspector keys) {
        try {
            for (int capacity = BYTES_MIN; capacity <= BYTES_MAX; capacity *= 4) {
                ByteBuffer target = ByteBuffer.allocate(capacity);
                if (tryEncode(state, codec, target)) {
                    return DataDirectory.json(target.flip(), keys);
                }
            }
        } catch (PayloadCodecException e) {
            return Json.write(state.toString());
        }
        return Json.write(state.toString());
    }

    private static boolean tryEncode(Object state, PayloadCodec codec, ByteBuffer target) {
        try {
            codec.encode(state, target);
            return true;
        } catch (BufferOverflowException e) {
            return false;
        }
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.state/1");
        tree.put("actor", id.encoded());
        tree.put("sequenceNumber", sequenceNumber);
        tree.put("time", sequenceNumber == 0 ? null : Units.iso(timestampMs));
        tree.put("complete", isComplete);
        tree.put("stateSequenceNumber", stateSequenceNumber);
        tree.put("state", state == null ? null : new Json.Raw(state));
        tree.put("eventsBehind", sequenceNumber - stateSequenceNumber);
        tree.put("events", behind.stream().map(this::eventTree).toList());
        return tree;
    }

    private Map<String, Object> eventTree(ActorHistory.Event event) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("sequenceNumber", event.sequenceNumber());
        tree.put("time", Units.iso(event.timestampMs()));
        tree.put("type", event.type());
        tree.put("payload", new Json.Raw(event.json(keys)));
        return tree;
    }

    List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(id.encoded()))
                + (sequenceNumber == 0
                        ? "  no event before that moment"
                        : "  after number " + sequenceNumber + screen.dot() + Units.time(timestampMs) + " UTC"));
        lines.add("");
        String known = state;
        if (known != null) {
            lines.add("  state at number " + stateSequenceNumber + "  " + screen.paint(Paint.GOOD, SafeText.of(known)));
        }
        if (!isComplete && sequenceNumber > 0) {
            lines.add("  and what " + Units.count(sequenceNumber - stateSequenceNumber, "event")
                    + " made of it; to replay them, name the actor's class with --actor-class");
            lines.add("");
            lines.addAll(eventsTable().lines(screen));
        }
        return lines;
    }

    private Table eventsTable() {
        Table table = new Table().right("number").left("time, UTC").left("type").flexible("payload");
        for (ActorHistory.Event event : behind) {
            table.row(event.sequenceNumber(), Units.time(event.timestampMs()), event.type(), event.json(keys));
        }
        return table;
    }
}
