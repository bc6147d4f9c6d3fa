package io.stele.benchmarks;

import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.recovery.CompactionHistory;
import io.stele.recovery.CompactionPlan;
import io.stele.recovery.CompactionReport;
import io.stele.recovery.CompactionRules;
import io.stele.recovery.Compactor;
import io.stele.recovery.LegalHolds;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.HistoryFile;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Compacts a history of which 1 % is still needed, while one actor persists event after event, each forced before the next.
 *
 * <pre>
 *   CompactionBench [--quick] [--bytes N] [--dir DIR] [--throttle BYTES_PER_SECOND]
 * </pre>
 *
 * <p>Prints the speed of the compaction (length of what went, by wall time, planning included), the latency of the live actor
 * without and with it, and what the disk holds before and after beside what is live. The files are in the page cache for the most
 * part if they fit: a figure for a cold disk needs a history larger than memory.
 */
public final class CompactionBench {
    private static final long BYTES_DEFAULT = 10L << 30;
    private static final long BYTES_QUICK = 512L << 20;
    private static final int PAYLOAD_BYTES = 1_000;
    private static final int HOT_ACTORS = 1_000;
    private static final int COLD_SHARE = 100;
    private static final long BASELINE_NS = 5_000_000_000L;
    private static final StoredType TYPE = new StoredType("event", 1);

    private final Path directory;
    private final long bytes;
    private final long throttle;
    private final PrintWriter out;
    private final ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES);

    private CompactionBench(Path directory, long bytes, long throttle, PrintWriter out) {
        this.directory = directory;
        this.bytes = bytes;
        this.throttle = throttle;
        this.out = out;
    }

    /** Measures, and prints what came of it. */
    public static void main(String... arguments) throws IOException, InterruptedException, ExecutionException {
        Quiet.logging();
        run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), arguments);
    }

    /** Does what {@link #main} does. */
    static CompactionReport run(PrintWriter out, String... arguments)
            throws IOException, InterruptedException, ExecutionException {
        List<String> given = Arrays.asList(arguments);
        long bytes = Long.parseLong(
                option(given, "--bytes", "" + (given.contains("--quick") ? BYTES_QUICK : BYTES_DEFAULT)));
        Path root = Path.of(option(given, "--dir", System.getProperty("java.io.tmpdir")));
        long throttle = Long.parseLong(option(given, "--throttle", "0"));
        Path directory = Files.createTempDirectory(root, "compaction-bench");
        try {
            return new CompactionBench(directory, bytes, throttle, out).measure();
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static String option(List<String> given, String name, String otherwise) {
        int at = given.indexOf(name);
        return at < 0 || at + 1 == given.size() ? otherwise : given.get(at + 1);
    }

    private CompactionReport measure() throws InterruptedException, ExecutionException {
        JournalOptions options = JournalOptions.of(directory.resolve("journal")).withLaneCount(2);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(directory.resolve("snapshots")));
                ChronicleJournal journal = ChronicleJournal.open(options, stores.index(), Clock.system())) {
            long liveBytes = fill(journal, stores);
            long before = disk(journal);
            Histogram alone = live(journal, new AtomicBoolean(true), BASELINE_NS);
            AtomicBoolean running = new AtomicBoolean(true);
            CompletableFuture<Histogram> beside =
                    CompletableFuture.supplyAsync(() -> live(journal, running, Long.MAX_VALUE));
            Compactor compactor = compactor(journal, stores);
            long startNs = System.nanoTime();
            CompactionPlan plan = compactor.plan();
            double planSeconds = (System.nanoTime() - startNs) / 1e9;
            CompactionReport report = compactor.execute(plan, "benchmark");
            double seconds = (System.nanoTime() - startNs) / 1e9;
            running.set(false);
            Histogram with = beside.get();
            long after = disk(journal);
            say(
                    "compacted %,d MB in %.1f s, of which %.1f s were planning: %,.0f MB/s",
                    report.bytesBefore() >> 20, seconds, planSeconds, report.bytesBefore() / seconds / 1e6);
            say("live persist p50 %,d µs alone, %,d µs beside", micros(alone, 50), micros(with, 50));
            say(
                    "live persist p99 %,d µs alone, %,d µs beside: %.1f times",
                    micros(alone, 99), micros(with, 99), (double) micros(with, 99) / Math.max(1, micros(alone, 99)));
            say(
                    "journal %,d MB before, %,d MB after, %,d MB live, 2 lanes of 2 newest segments of %,d MB",
                    before >> 20, after >> 20, liveBytes >> 20, options.segmentBytes() >> 20);
            return report;
        }
    }

    private Compactor compactor(ChronicleJournal journal, RocksStores stores) {
        Compactor compactor = new Compactor(
                journal,
                stores.snapshots(),
                CompactionRules.of(LegalHolds.of(directory.resolve("legal-holds"))),
                CompactionHistory.of(directory.resolve("compactions.jsonl")),
                Clock.system());
        compactor.throttle(throttle);
        return compactor;
    }

    /** Fills the journal with actors that have a snapshot, but for every hundredth event; returns the bytes of those. */
    private long fill(ChronicleJournal journal, RocksStores stores) {
        EventBatch batch = journal.newBatch();
        EventStream[] hot = new EventStream[HOT_ACTORS];
        for (int i = 0; i < HOT_ACTORS; i++) {
            hot[i] = journal.open(new PersistenceId("hot", "a" + i));
        }
        long events = bytes / PAYLOAD_BYTES;
        long live = 0;
        long[] last = new long[journal.laneCount()];
        for (long i = 0; i < events; i++) {
            boolean isCold = i % COLD_SHARE == 0;
            EventStream stream =
                    isCold ? journal.open(new PersistenceId("cold", "c" + i)) : hot[(int) (i % HOT_ACTORS)];
            last[stream.lane()] = append(journal, stream, batch);
            if (isCold) {
                stream.close();
                live += PAYLOAD_BYTES;
            }
        }
        for (EventStream stream : hot) {
            if (stream.lastSequenceNumber() > 0) {
                stores.snapshots().save(snapshot(stream));
            }
            stream.close();
        }
        for (int lane = 0; lane < last.length; lane++) {
            await(journal, lane, last[lane]);
        }
        return live;
    }

    private Snapshot snapshot(EventStream stream) {
        return new Snapshot(
                stream.persistenceId(),
                stream.lastSequenceNumber(),
                stream.lastPosition(),
                System.currentTimeMillis(),
                TYPE,
                payload.duplicate(),
                ByteBuffer.allocate(0));
    }

    private long append(ChronicleJournal journal, EventStream stream, EventBatch batch) {
        batch.begin(System.currentTimeMillis());
        batch.add(TYPE, payload.duplicate());
        return journal.append(stream, stream.lastSequenceNumber() + 1, batch);
    }

    private static void await(ChronicleJournal journal, int lane, long position) {
        journal.requestSync(lane);
        while (journal.durablePosition(lane) < position && journal.failure(lane) == null) {
            LockSupport.parkNanos(1_000);
        }
    }

    private Histogram live(ChronicleJournal journal, AtomicBoolean running, long durationNs) {
        Histogram latencyNs = new Histogram(3);
        EventBatch batch = journal.newBatch();
        long startNs = System.nanoTime();
        try (EventStream stream = journal.open(new PersistenceId("live", "one"))) {
            while (running.get() && System.nanoTime() - startNs < durationNs) {
                long fromNs = System.nanoTime();
                await(journal, stream.lane(), append(journal, stream, batch));
                latencyNs.recordValue(System.nanoTime() - fromNs);
            }
        }
        return latencyNs;
    }

    private static long disk(ChronicleJournal journal) {
        long bytes = 0;
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            bytes += journal.files(lane).stream().mapToLong(HistoryFile::bytes).sum();
        }
        return bytes;
    }

    private static long micros(Histogram latencyNs, double percentile) {
        return latencyNs.getValueAtPercentile(percentile) / 1_000;
    }

    private void say(String format, Object... facts) {
        out.println(String.format(Locale.ROOT, format, facts));
    }
}
