package io.stele.admin;

import io.stele.Stele;
import io.stele.encryption.KeyInspector;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalInspector;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.DeadLetter;
import io.stele.runtime.DeadLetters;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a system: a sample per second, and the tail of the journal while a page wants it.
 *
 * <p>Its own thread takes the samples and reads the tail; any thread may ask.
 */
final class Observer implements AutoCloseable {
    static final int SAMPLES_MAX = 300;

    private static final Logger LOG = LoggerFactory.getLogger(Observer.class);
    private static final int TAIL_EVENTS_MAX = 40;
    private static final int TAIL_PERIOD_MS = 500;
    private static final int DEAD_LETTERS_MAX = 500;
    private static final int MESSAGE_LENGTH_MAX = 500;

    final ActorSystem system;
    final @Nullable ChronicleJournal journal;
    final @Nullable JournalInspector inspector;
    final @Nullable EventBrowser browser;
    final @Nullable Path directory;
    final Counts counts;
    private final AdminBuilder settings;
    private final boolean isReadOnly;
    private final long startedMs = System.currentTimeMillis();
    private final ArrayDeque<Map<String, Object>> samples = new ArrayDeque<>();
    private final ArrayDeque<Map<String, Object>> letters = new ArrayDeque<>();
    private final Set<Streams.Connection> connections = ConcurrentHashMap.newKeySet();
    private final long[] tails;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread worker = new Thread(task, "stele-admin-observer");
        worker.setDaemon(true);
        return worker;
    });
    private DeadLetters.@Nullable Subscription deadLetters;

    Observer(AdminBuilder settings, boolean isReadOnly) {
        this.settings = settings;
        this.isReadOnly = isReadOnly;
        system = settings.system;
        journal = system.owned(ChronicleJournal.class);
        counts = new Counts(system, journal);
        if (journal == null) {
            inspector = null;
            browser = null;
            directory = null;
            tails = new long[0];
        } else {
            directory = journal.directory().resolveSibling(".").normalize();
            inspector = JournalInspector.open(journal.directory());
            browser = new EventBrowser(inspector, journal, KeyInspector.open(Stele.keyDirectory(directory)));
            tails = new long[journal.laneCount()];
        }
    }

    void start() {
        deadLetters = system.deadLetters().subscribe(this::onDeadLetter);
        var unused = thread.scheduleAtFixedRate(() -> quietly(this::sample), 0, 1, TimeUnit.SECONDS);
        var unused2 = thread.scheduleAtFixedRate(
                () -> quietly(this::readTails), TAIL_PERIOD_MS, TAIL_PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    Map<String, AdminServer.Endpoint> endpoints() {
        Map<String, AdminServer.Endpoint> endpoints = new LinkedHashMap<>();
        new SystemViews(this, settings, isReadOnly).addTo(endpoints);
        if (journal != null) {
            new JournalViews(this, settings).addTo(endpoints);
        }
        return endpoints;
    }

    Map<String, AdminServer.Change> changes() {
        return new Changes(this, settings).all();
    }

    /** A page has been opened. */
    @Nullable AutoCloseable attach(Streams.Connection connection) {
        connections.add(connection);
        if (connection.wants("log") && settings.log != null) {
            return settings.log.subscribe(line -> connection.send("log", SystemViews.tree(line)));
        }
        return null;
    }

    void detach(Streams.Connection connection, @Nullable AutoCloseable subscription) {
        connections.remove(connection);
        if (subscription != null) {
            try {
                subscription.close();
            } catch (Exception e) {
                LOG.warn("log could not be let go of", e);
            }
        }
    }

    private void quietly(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.warn("system could not be looked at, the next look may work: reason={}", e.toString());
        }
    }

    private void sample() {
        Map<String, Object> sample = new LinkedHashMap<>();
        sample.put("timeMs", System.currentTimeMillis());
        sample.put("events", counts.events());
        sample.put("activeEntities", system.activeEntityCount());
        sample.put("deadLetters", system.deadLetters().count());
        sample.put("longTurns", system.longTurns());
        Runtime runtime = Runtime.getRuntime();
        sample.put("heapUsedBytes", runtime.totalMemory() - runtime.freeMemory());
        sample.put("heapMaxBytes", runtime.maxMemory());
        if (journal != null) {
            List<Long> durable = new ArrayList<>();
            for (int lane = 0; lane < journal.laneCount(); lane++) {
                durable.add(journal.durablePosition(lane));
            }
            sample.put("durablePositions", durable);
            sample.put("snapshotsSaved", system.snapshotsSaved());
            sample.put("snapshotsFailed", system.snapshotsFailed());
            var totals = system.recoveries().totals();
            sample.put("recovering", totals.activeCount());
            sample.put("waitingForRecovery", totals.waitingCount());
        }
        synchronized (samples) {
            samples.add(sample);
            if (samples.size() > SAMPLES_MAX) {
                samples.remove();
            }
        }
        for (Streams.Connection connection : connections) {
            if (connection.wants("sample")) {
                connection.send("sample", sample);
            }
        }
    }

    List<Map<String, Object>> samples() {
        synchronized (samples) {
            return List.copyOf(samples);
        }
    }

    /** Shows the newest events to the pages that want them; of a flood only a part, and how much was left out is not known. */
    private void readTails() {
        List<Streams.Connection> readers = connections.stream()
                .filter(connection -> connection.wants("event"))
                .toList();
        EventBrowser events = browser;
        ChronicleJournal opened = journal;
        if (readers.isEmpty() || events == null || opened == null) {
            java.util.Arrays.fill(tails, 0);
            return;
        }
        for (int lane = 0; lane < tails.length; lane++) {
            long durable = opened.durablePosition(lane);
            if (tails[lane] == 0) {
                tails[lane] = durable;
            }
            long read = events.tail(lane, tails[lane], TAIL_EVENTS_MAX, (event, row) -> {
                for (Streams.Connection reader : readers) {
                    if (reader.filter.takes(event)) {
                        reader.send("event", row.get());
                    }
                }
            });
            boolean skips = read < durable;
            tails[lane] = skips ? durable : Math.max(read, tails[lane]);
            if (skips) {
                readers.forEach(reader -> reader.send("skipped", Map.of()));
            }
        }
    }

    private void onDeadLetter(DeadLetter letter) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("timeMs", System.currentTimeMillis());
        tree.put("recipient", letter.recipient());
        tree.put("reason", letter.reason().name());
        tree.put("type", letter.message().getClass().getSimpleName());
        tree.put("message", shortened(letter.message()));
        synchronized (letters) {
            letters.addFirst(tree);
            if (letters.size() > DEAD_LETTERS_MAX) {
                letters.removeLast();
            }
        }
    }

    static String shortened(Object message) {
        String text;
        try {
            text = String.valueOf(message);
        } catch (RuntimeException e) {
            text = message.getClass().getName();
        }
        return text.length() > MESSAGE_LENGTH_MAX ? text.substring(0, MESSAGE_LENGTH_MAX) + "…" : text;
    }

    List<Map<String, Object>> letters() {
        synchronized (letters) {
            return List.copyOf(letters);
        }
    }

    long uptimeMs() {
        return System.currentTimeMillis()
                - Math.min(startedMs, ManagementFactory.getRuntimeMXBean().getStartTime());
    }

    @Override
    public void close() {
        thread.shutdownNow();
        if (deadLetters != null) {
            deadLetters.close();
        }
    }
}
