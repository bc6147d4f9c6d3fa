package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import io.stele.testkit.InMemoryIndexStore;
import io.stele.testkit.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Flips every bit of a sealed segment, one at a time, and reads the records around it as a strict reader does: either the reader says
 * that something is wrong, or the bit belongs to no record. Now and then the whole journal is verified as well.
 */
public final class BitSurvey {
    private static final StoredType TYPE = new StoredType("surveyed", 1);
    private static final int SEGMENT_BYTES = 256 << 10;
    private static final int AROUND = 2;
    private static final int WHOLE_EVERY = 8_191;
    private static final int PIECE_BYTES = 4 << 10;

    private final Path directory;
    private final Manifest manifest;
    private final Path file;
    private final List<Place> places = new ArrayList<>();
    private long last;

    /** A record. */
    private record Place(long position, int lengthBytes) {
        boolean holds(long segment, long offset) {
            long from = RecordLayout.offsetOf(position);
            return RecordLayout.segmentOf(position) == segment
                    && offset >= from
                    && offset < from + Integer.BYTES + lengthBytes;
        }
    }

    /**
     * What came of it.
     *
     * @param bits how many were flipped
     * @param noticed how many of them the reader refused
     * @param harmless how many belong to no record
     * @param records how many records the segment has
     */
    public record Result(long bits, long noticed, long harmless, long records, long fileBytes) {}

    private BitSurvey(Path directory) throws IOException {
        this.directory = directory;
        manifest = Manifest.read(directory);
        file = SegmentFiles.segment(SegmentFiles.laneDirectory(directory, 0), 2);
        try (LaneReader reader = reader(0)) {
            while (reader.next()) {
                places.add(new Place(reader.record().position(), reader.record().lengthBytes()));
            }
            last = reader.lastPosition();
        }
    }

    /**
     * Runs it.
     *
     * @param root an empty directory
     * @param every flips every so many-th bit, 1 for all
     * @param progress told of bits that are done
     * @throws AssertionError if a flipped bit of a record goes unnoticed
     */
    public static Result run(Path root, int every, LongConsumer progress) throws IOException {
        write(root.resolve("0"));
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Result>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Path copy = root.resolve("" + i);
                if (i > 0) {
                    write(copy); // the same seed, the same bytes
                }
                int own = i;
                running.add(
                        pool.submit(() -> new BitSurvey(copy.resolve("journal")).flip(own, threads, every, progress)));
            }
            Result total = new Result(0, 0, 0, 0, 0);
            for (Future<Result> one : running) {
                Result part = one.get();
                total = new Result(
                        total.bits + part.bits,
                        total.noticed + part.noticed,
                        total.harmless + part.harmless,
                        part.records,
                        part.fileBytes);
            }
            return total;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError violation) {
                throw violation;
            }
            throw new IOException("a thread of the survey has failed: " + e.getCause(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    /** Writes three segments; the second is sealed and full. */
    private static void write(Path root) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        SimulatedMachine machine = new SimulatedMachine(
                Files.createDirectories(root),
                new SimulatedMachine.Layout(1, SEGMENT_BYTES, 4096, 0, 0, 0),
                ManualClock.start(),
                random.split());
        ChronicleJournal journal = machine.start(InMemoryIndexStore.open());
        EventBatch batch = journal.newBatch();
        while (!Files.exists(SegmentFiles.segment(SegmentFiles.laneDirectory(machine.directory(), 0), 3))) {
            try (EventStream stream = journal.open(new PersistenceId("survey", "a" + random.nextInt(9)))) {
                batch.begin(1);
                for (int i = random.nextInt(1, 4); i > 0; i--) {
                    byte[] payload = new byte[random.nextInt(8, 900)];
                    random.nextBytes(payload);
                    batch.add(TYPE, ByteBuffer.wrap(payload));
                }
                journal.append(stream, stream.lastSequenceNumber() + 1, batch);
            }
            machine.turns(true);
        }
        journal.close();
        machine.kill();
    }

    private LaneReader reader(long durable) {
        return new LaneReader(directory, manifest, 0, () -> durable, LaneReader.STRICT);
    }

    private Result flip(int own, int threads, int every, LongConsumer progress) throws IOException {
        long bits = 0;
        long noticed = 0;
        byte[] whole = Files.readAllBytes(file);
        int record = 0;
        while (RecordLayout.segmentOf(places.get(record).position) < 2) {
            record++;
        }
        int first = record;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                LaneReader reader = reader(last)) {
            for (int at = 0; at < whole.length; at++) {
                while (record + 1 < places.size()
                        && RecordLayout.segmentOf(places.get(record + 1).position) == 2
                        && RecordLayout.offsetOf(places.get(record + 1).position) <= at) {
                    record++;
                }
                boolean mine = at / PIECE_BYTES % threads == own;
                for (int bit = 0; bit < 8 && mine; bit++) {
                    long number = at * 8L + bit;
                    if (number % every == 0) {
                        write(channel, at, (byte) (whole[at] ^ 1 << bit));
                        boolean found = isNoticed(reader, record, "offsetBytes=" + at + ", bit=" + bit, at);
                        noticed += found ? 1 : 0;
                        bits++;
                        if (number / every % WHOLE_EVERY == 0) {
                            requireVerifierAgrees(found, "offsetBytes=" + at + ", bit=" + bit);
                        }
                    }
                }
                if (mine) {
                    write(channel, at, whole[at]);
                }
                if (mine && at % PIECE_BYTES == PIECE_BYTES - 1) {
                    progress.accept((long) PIECE_BYTES * 8 / every);
                }
            }
        }
        long records = places.stream()
                .filter(place -> RecordLayout.segmentOf(place.position) == 2)
                .count();
        assert first >= 0 : "the second segment has records";
        return new Result(bits, noticed, bits - noticed, records, whole.length);
    }

    private static void write(FileChannel channel, int at, byte value) throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {value}), at);
    }

    /** Reads from two records in front of the flipped byte to two behind it. */
    private boolean isNoticed(LaneReader reader, int record, String what, int at) {
        int from = Math.max(0, record - AROUND);
        int to = Math.min(places.size() - 1, record + AROUND);
        try {
            reader.seekAfter(from == 0 ? 0 : places.get(from - 1).position);
            for (int i = from; i <= to; i++) {
                Place place = places.get(i);
                if (!reader.next()) {
                    throw new AssertionError("records are missing without a word: " + what);
                }
                boolean same = reader.record().position() == place.position
                        && reader.record().lengthBytes() == place.lengthBytes;
                if (!same || place.holds(2, at)) {
                    throw new AssertionError("a flipped bit of a record went unnoticed: " + what);
                }
            }
            return false;
        } catch (CorruptJournalException e) {
            return true;
        }
    }

    private void requireVerifierAgrees(boolean found, String what) {
        boolean clean;
        try {
            clean = JournalVerifier.verify(directory, ScanProgress.NONE).isDurableClean();
        } catch (JournalException e) {
            clean = false;
        }
        if (found && clean) {
            throw new AssertionError("the reader refuses what the verifier calls clean: " + what);
        }
    }
}
