package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the cases of {@link EventJournalContract} are written with. */
abstract class JournalFixture {
    static final StoredType TYPE = new StoredType("noted", 1);
    static final long NOW_MS = 1_767_225_600_123L;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(20);

    EventJournal journal;

    /**
     * Opens the journal: a new and empty one at the first call of a test, and at every later call what the one before it left
     * behind when it was closed. JUnit makes one instance of the class per test, so a directory in a field will do:
     *
     * <pre>
     *   &#64;TempDir Path directory;
     *
     *   &#64;Override
     *   protected EventJournal openJournal() {
     *       return ChronicleJournal.open(directory, options);
     *   }
     * </pre>
     *
     * <p>It must have 2 lanes or more, take batches of 4 KiB at least and, to keep the suite fast, not much more than 1 MiB,
     * and make what was appended durable within a second without being asked.
     */
    protected abstract EventJournal openJournal();

    /** Removes what the test left behind. Called after every test, once the journal is closed; does nothing by default. */
    protected void cleanUp() {}

    @BeforeEach
    final void openFirst() {
        journal = openJournal();
    }

    @AfterEach
    final void closeLast() {
        journal.close();
        cleanUp();
    }

    final void reopen() {
        journal.close();
        journal = openJournal();
    }

    static PersistenceId actor(String name) {
        return new PersistenceId("contract", name);
    }

    /** Returns {@code count} different actors whose events stand in {@code lane}. */
    final List<PersistenceId> actorsIn(int lane, int count) {
        List<PersistenceId> found = new ArrayList<>();
        for (int i = 0; found.size() < count; i++) {
            PersistenceId candidate = actor("lane-" + i);
            if (journal.lane(candidate) == lane) {
                found.add(candidate);
            }
        }
        return found;
    }

    /** Appends one record with an event per text, as the stream's next. */
    final long append(EventStream stream, String... texts) {
        return journal.append(stream, stream.lastSequenceNumber() + 1, batchOf(texts));
    }

    final long appendNote(EventStream stream, String text) {
        return journal.append(stream, stream.lastSequenceNumber(), noteOf(text));
    }

    final EventBatch batchOf(String... texts) {
        EventBatch batch = emptyBatch();
        for (String text : texts) {
            batch.add(TYPE, utf8(text));
        }
        return batch;
    }

    final EventBatch noteOf(String text) {
        EventBatch batch = emptyBatch();
        batch.metadata(utf8(text));
        return batch;
    }

    final EventBatch emptyBatch() {
        EventBatch batch = journal.newBatch();
        batch.begin(NOW_MS);
        return batch;
    }

    /** Opens a stream, appends one event per text in a record of its own, closes the stream; returns the last position. */
    final long appendEach(PersistenceId persistenceId, String... texts) {
        try (EventStream stream = journal.open(persistenceId)) {
            for (String text : texts) {
                append(stream, text);
            }
            return stream.lastPosition();
        }
    }

    final Transcript replay(PersistenceId persistenceId) {
        return replay(persistenceId, 1, Long.MAX_VALUE);
    }

    /** Replays, and checks that the count that is returned is that of the events. */
    final Transcript replay(PersistenceId persistenceId, long from, long to) {
        Transcript transcript = new Transcript();
        long count = journal.replay(persistenceId, from, to, transcript);
        assertThat(count).as("events read").isEqualTo(transcript.events().size());
        return transcript;
    }

    /** Reads a whole lane. */
    final Transcript readAll(int lane) {
        Transcript transcript = new Transcript();
        journal.read(lane, 0, Long.MAX_VALUE, transcript);
        return transcript;
    }

    static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static List<ByteBuffer> utf8s(String... texts) {
        return Arrays.stream(texts).map(JournalFixture::utf8).toList();
    }

    /** Returns bytes that differ from their neighbours and from those of another seed. */
    static ByteBuffer pattern(int lengthBytes, int seed) {
        byte[] bytes = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            bytes[i] = (byte) (i * 31 + (i >>> 8) + seed);
        }
        return ByteBuffer.wrap(bytes);
    }

    /** Waits until the condition holds; fails after 20 seconds. */
    static void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - start)
                    .as("nanoseconds waited for: " + what)
                    .isLessThan(DEADLINE_NS);
            LockSupport.parkNanos(100_000);
        }
    }

    /** Runs the tasks at the same time, each on a thread of its own, and returns what they return, in their order. */
    static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks, DEADLINE_NS, TimeUnit.NANOSECONDS)) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdown();
        }
    }
}
