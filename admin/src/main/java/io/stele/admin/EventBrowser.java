package io.stele.admin;

import io.stele.codec.PayloadValue;
import io.stele.encryption.KeyInspector;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.Finding;
import io.stele.journal.JournalInspector;
import io.stele.spi.HistoryFile;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredEvent;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds events for people: the newest first, file by file, for a bounded time, and goes on from there when asked again.
 *
 * <p>Reads the files as the command line does, beside the writer, whose locks it never takes. Any thread; each call works for itself.
 */
final class EventBrowser {
    static final int EVENTS_MAX = 500;

    private static final int HEX_BYTES_MAX = 64;
    private static final int CHUNK_EVENTS = 4_096;
    private static final long SEARCH_NS_MAX = TimeUnit.SECONDS.toNanos(2);

    private final JournalInspector inspector;
    private final ChronicleJournal journal;
    private final KeyInspector keys;

    EventBrowser(JournalInspector inspector, ChronicleJournal journal, KeyInspector keys) {
        this.inspector = inspector;
        this.journal = journal;
        this.keys = keys;
    }

    /**
     * Which events are wanted.
     *
     * @param actor a pattern in which {@code *} stands for anything; null for all
     * @param type as {@code actor}, of the stored type
     * @param grep a text that the payload must contain; null for any
     * @param sinceMs the earliest time, milliseconds since 1970; 0 for any
     */
    record Filter(
            @Nullable Predicate<String> actor,
            @Nullable Predicate<String> type,
            @Nullable String grep,
            long sinceMs) {
        static Filter of(Request request) {
            String since = request.find("since");
            return new Filter(
                    pattern(request.find("actor")),
                    pattern(request.find("type")),
                    request.find("grep"),
                    since == null ? 0 : time(since));
        }

        private static long time(String text) {
            try {
                return Instant.parse(text).toEpochMilli();
            } catch (java.time.DateTimeException e) {
                throw Refusal.badRequest("since must be a time in UTC, such as 2026-03-01T12:30:00Z: since=" + text);
            }
        }

        static @Nullable Predicate<String> pattern(@Nullable String glob) {
            if (glob == null) {
                return null;
            }
            StringBuilder regex = new StringBuilder();
            for (String part : glob.split("\\*", -1)) {
                regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
            }
            return Pattern.compile(regex.toString(), Pattern.DOTALL).asMatchPredicate();
        }

        boolean takes(StoredEvent event) {
            return event.timestampMs() >= sinceMs
                    && (actor == null || actor.test(event.persistenceId().encoded()))
                    && (type == null
                            || type.test(event.type().toString())
                            || type.test(event.type().name()));
        }
    }

    /**
     * Returns the newest events that are wanted.
     *
     * @param beforeRound how many files of each lane to pass over, as the last answer said; 0 for a new search
     */
    Map<String, Object> newest(Filter filter, int countMax, int beforeRound) {
        long deadlineNs = System.nanoTime() + SEARCH_NS_MAX;
        List<Map<String, Object>> found = new ArrayList<>();
        int round = beforeRound;
        boolean more = true;
        while (more && found.size() < countMax && System.nanoTime() - deadlineNs < 0) {
            more = false;
            for (int lane = 0; lane < inspector.laneCount(); lane++) {
                List<HistoryFile> files = inspector.files(lane);
                int index = files.size() - 1 - round;
                if (index >= 0) {
                    long after = index == 0 ? 0 : files.get(index - 1).lastPosition();
                    long until = round == 0 ? Long.MAX_VALUE : files.get(index).lastPosition();
                    found.addAll(readFile(lane, after, until, filter, countMax));
                    more |= index > 0;
                }
            }
            round++;
        }
        found.sort(Comparator.comparingLong((Map<String, Object> row) -> number(row, "timeMs"))
                .thenComparingLong(row -> number(row, "position"))
                .reversed());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("events", found.size() > countMax ? found.subList(0, countMax) : found);
        answer.put("next", more ? round : 0);
        return answer;
    }

    private static long number(Map<String, Object> row, String key) {
        return row.get(key) instanceof Long number ? number : 0;
    }

    /** Reads a file twice: once to find where the last events that are wanted lie, once to show these alone. */
    private List<Map<String, Object>> readFile(int lane, long after, long until, Filter filter, int countMax) {
        ArrayDeque<Long> starts = new ArrayDeque<>();
        long[] previous = {after};
        readUntil(lane, after, until, event -> {
            if (filter.takes(event) && contains(event, filter.grep())) {
                starts.add(previous[0]);
                if (starts.size() > countMax) {
                    starts.remove();
                }
            }
            previous[0] = event.position();
        });
        List<Map<String, Object>> rows = new ArrayList<>();
        Long first = starts.peek();
        if (first != null) {
            readUntil(lane, first, until, event -> {
                if (filter.takes(event) && contains(event, filter.grep())) {
                    rows.add(row(event, lane));
                }
            });
        }
        return rows;
    }

    private void readUntil(int lane, long after, long until, Consumer<StoredEvent> reader) {
        long position = after;
        long before;
        do {
            before = position;
            position = inspector.read(
                    lane,
                    position,
                    CHUNK_EVENTS,
                    event -> {
                        if (event.position() <= until) {
                            reader.accept(event);
                        }
                    },
                    EventBrowser::passOver);
        } while (position > before && position < until);
    }

    /** Damage is the business of {@code stele verify}. */
    private static void passOver(Finding finding) {}

    private boolean contains(StoredEvent event, @Nullable String grep) {
        return grep == null || json(event.payload()).contains(grep);
    }

    /** Reads what has come behind a position, at most {@code countMax} events. Returns the position it has come to. */
    long tail(int lane, long after, int countMax, BiConsumer<StoredEvent, Supplier<Map<String, Object>>> reader) {
        return inspector.read(
                lane, after, countMax, event -> reader.accept(event, () -> row(event, lane)), EventBrowser::passOver);
    }

    /** Returns events of one actor, in order. */
    List<Map<String, Object>> ofActor(PersistenceId id, long from, long to) {
        List<Map<String, Object>> rows = new ArrayList<>();
        int lane = journal.lane(id);
        journal.replay(id, from, Math.min(to, from + EVENTS_MAX - 1), event -> rows.add(row(event, lane)));
        return rows;
    }

    private Map<String, Object> row(StoredEvent event, int lane) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("actor", event.persistenceId().encoded());
        row.put("sequenceNumber", event.sequenceNumber());
        row.put("timeMs", event.timestampMs());
        row.put("type", event.type().toString());
        row.put("payload", new Json.Raw(json(event.payload())));
        row.put("commandId", RecordMetadata.findText(event.metadata(), RecordMetadata.COMMAND_ID));
        row.put("lane", lane);
        row.put("position", event.position());
        return row;
    }

    /** Returns a payload as JSON, whatever wrote it; of one that is encrypted, what became of its key. */
    String json(ByteBuffer payload) {
        return switch (keys.statusOf(payload)) {
            case PLAIN -> plain(payload);
            case ENCRYPTED -> "{\"@encrypted\":" + payload.remaining() + "}";
            case FORGOTTEN -> "{\"@forgotten\":" + payload.remaining() + "}";
            case KEY_MISSING -> "{\"@keyMissing\":" + payload.remaining() + "}";
        };
    }

    private static String plain(ByteBuffer payload) {
        try {
            return PayloadValue.read(payload).toJson();
        } catch (PayloadCodecException e) {
            byte[] bytes = new byte[Math.min(HEX_BYTES_MAX, payload.remaining())];
            payload.duplicate().get(bytes);
            return "{\"@hex\":\"" + HexFormat.of().formatHex(bytes) + (payload.remaining() > bytes.length ? "…" : "")
                    + "\"}";
        }
    }
}
