package io.stele.journal;

import io.stele.spi.CompactionOutcome;
import io.stele.spi.CompactionRun;
import io.stele.spi.CompactionStep;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.HistoryFile;
import io.stele.spi.JournalFullException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Watermark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Replaces adjacent files of one lane by one {@link CarriedFile}, in the steps of {@link CompactionStep}.
 *
 * <pre>
 *   [ 1…8 carried ][ 9 ][ 10 ][ 11 ][ 12 ]      copy what stays, force, read back
 *   [ 1…8 carried ][ 9 ][ 10 ][ 11 ][ 12 ]      + 1…10.carried, which does not count yet
 *                   ^ compacted                   watermark in segment 12, then the mark moves:
 *   [      1…10 carried     ][ 11 ][ 12 ]       the old files do not count any more, and are deleted
 *                             ^ compacted
 * </pre>
 *
 * <p>Until the mark moves nothing has changed for anybody; from then on the old files are leftovers, which the next compaction of
 * the lane sweeps away. A rewrite of carried files alone does not move the oldest segment: there the rename is what counts, and both
 * files hold all that is needed. Confined to one thread; appends and reads go on beside it.
 */
final class LaneCompaction {
    private static final int BLOCK_BYTES = 64 << 10;
    private static final long PAUSE_NS = 200_000;
    /** Where more than one byte in so many stays, the whole file is read as fast. */
    private static final int SHARE_READ_SINGLY = 8;

    private final Lane lane;
    private final LaneSetup setup;
    private final LaneFiles files;
    private final ToLongFunction<PersistenceId> lastSequenceNumber;
    private final CompactionRun run;
    private final Runnable requireRunning;
    private final Map<PersistenceId, Long> keepFrom = new HashMap<>();
    private final Set<PersistenceId> shortened = new HashSet<>();
    private long pendingBytes;
    private long bytesRead;
    private long eventsRemoved;
    private long eventsCarried;

    LaneCompaction(
            Lane lane,
            LaneFiles files,
            ToLongFunction<PersistenceId> lastSequenceNumber,
            CompactionRun run,
            Runnable requireRunning) {
        this.lane = lane;
        this.setup = lane.setup();
        this.files = files;
        this.lastSequenceNumber = lastSequenceNumber;
        this.run = run;
        this.requireRunning = requireRunning;
    }

    CompactionOutcome run(List<HistoryFile> sources, @Nullable Watermark last) throws IOException {
        sweep();
        done(CompactionStep.SWEPT);
        long firstSegment = sources.get(0).firstSegment();
        HistoryFile newest = sources.get(sources.size() - 1);
        Path target = SegmentFiles.carried(setup.directory(), firstSegment, newest.lastSegment());
        Path filling = target.resolveSibling(target.getFileName() + SegmentReserve.TEMPORARY_SUFFIX);
        long bytesAfter = 0;
        boolean renamed = false;
        try {
            bytesAfter = carryOver(sources, filling);
            long number = last == null ? 1 : last.number() + 1;
            long hash = run.witness(setup.lane(), number);
            done(CompactionStep.WITNESSED);
            setup.storage().rename(filling, target);
            renamed = true;
            setup.storage().forceDirectory(setup.directory());
            done(CompactionStep.PUBLISHED);
            long oldest = newest.carried() ? DurableMark.oldestSegment(setup.directory()) : newest.lastSegment() + 1;
            mark(new Watermark(setup.lane(), number, oldest, hash, run.snapshotCount()));
        } finally {
            if (!renamed) {
                setup.storage().delete(filling);
            }
        }
        sweep();
        lane.readers().release(); // what they have open takes room on the disk
        done(CompactionStep.DELETED);
        unindex();
        done(CompactionStep.UNINDEXED);
        long bytesBefore = sources.stream().mapToLong(HistoryFile::bytes).sum();
        return new CompactionOutcome(bytesBefore, bytesAfter, eventsRemoved, eventsCarried, bytesRead);
    }

    /** Copies what stays, forces it, and reads it back. Returns how long the file is. */
    private long carryOver(List<HistoryFile> sources, Path filling) throws IOException {
        int count;
        long sum;
        long bytes;
        try (CarriedFileWriter writer = CarriedFileWriter.create(setup.storage(), filling)) {
            for (HistoryFile source : sources) {
                carryOver(source, writer);
            }
            HistoryFile newest = sources.get(sources.size() - 1);
            writer.finish(
                    setup.manifest().journalId(), setup.lane(), sources.get(0).firstSegment(), newest.lastSegment());
            count = writer.count();
            sum = writer.sum();
            bytes = writer.sizeBytes();
        } catch (IOException e) {
            throw new JournalFullException("what has to stay could not be copied; nothing was removed: lane="
                    + setup.directory() + ", file=" + filling + ", cause=" + e);
        }
        done(CompactionStep.CARRIED);
        try (CarriedFile written = CarriedFile.open(filling)) {
            if (written.header().count() != count || written.verify(new RecordView()) != sum) {
                throw new CorruptJournalException(
                        "what was copied does not read back as it was written; nothing was removed: lane="
                                + setup.directory() + ", file=" + filling);
            }
        }
        told(bytes);
        done(CompactionStep.READ_BACK);
        return bytes;
    }

    /**
     * Copies what stays of one file. A segment that was counted before, and so was read and checked as a whole, is not read as a whole
     * again if only a few records of it stay: then those are read, and checked, one by one.
     */
    private void carryOver(HistoryFile source, CarriedFileWriter writer) throws IOException {
        IOException[] failed = {null};
        Consumer<RecordView> copy = record -> {
            told(record.lengthBytes());
            if (failed[0] != null) {
                return;
            }
            if (!stays(record)) {
                eventsRemoved += record.batchCount();
                return;
            }
            eventsCarried += record.batchCount();
            try {
                writer.add(record);
                requireRoom(writer);
            } catch (IOException e) {
                failed[0] = e;
            }
        };
        requireRunning.run();
        run.onBytes(0); // whoever said stop, or pause, is heard although nothing may be read
        long[] few = fewThatStay(source);
        if (few == null) {
            files.scan(source, copy);
            bytesRead += source.bytes();
        } else {
            bytesRead += files.fetch(source, few, copy);
        }
        if (failed[0] != null) {
            throw failed[0];
        }
    }

    /**
     * Returns where those records of a segment stand of whose actors something stays, ascending, and counts the others as gone; null if
     * the segment has to be read.
     */
    private long @Nullable [] fewThatStay(HistoryFile source) {
        List<LaneFiles.Counted> counted = files.remembered(source);
        if (counted == null) {
            return null;
        }
        List<LaneFiles.Counted> gone = new ArrayList<>();
        LongStream.Builder positions = LongStream.builder();
        long wanted = 0;
        for (LaneFiles.Counted actor : counted) {
            if (actor.tally().lastSequenceNumber()
                    < keepFrom(actor.tally().persistenceId(), actor.tally().lastSequenceNumber())) {
                gone.add(actor);
                continue;
            }
            long[] records = actor.positions();
            wanted += actor.tally().bytes();
            if (records == null || wanted > source.bytes() / SHARE_READ_SINGLY) {
                return null;
            }
            for (long position : records) {
                positions.add(position);
            }
        }
        for (LaneFiles.Counted actor : gone) {
            eventsRemoved += actor.tally().eventCount();
            shortened.add(actor.tally().persistenceId());
        }
        return positions.build().sorted().toArray();
    }

    private boolean stays(RecordView record) {
        PersistenceId id = record.persistenceId();
        if (record.lastSequenceNumber() >= keepFrom(id, record.lastSequenceNumber())) {
            return true;
        }
        shortened.add(id);
        return false;
    }

    /**
     * Returns the first number that stays of an actor; 0 for all.
     *
     * @param seen a number that it has for sure
     */
    private long keepFrom(PersistenceId id, long seen) {
        Long from = keepFrom.get(id);
        if (from == null) {
            long last = lastSequenceNumber.applyAsLong(id);
            from = last < seen ? 0 : Math.min(last, run.keepFrom(id, last));
            keepFrom.put(id, from);
        }
        return from;
    }

    /** Leaves to appends half of the room that is kept free for them. */
    private void requireRoom(CarriedFileWriter writer) throws IOException {
        if (writer.count() % 1024 == 1
                && setup.storage().usableBytes(setup.directory())
                        < setup.options().freeBytesMin() / 2) {
            throw new IOException("too little room would be left: freeBytesMin="
                    + setup.options().freeBytesMin());
        }
    }

    /** Says in the journal what was relied on, and then that the old files do not count any more. */
    private void mark(Watermark watermark) throws IOException {
        LaneWriter.End end = new LaneWriter.End();
        lane.writer().appendWatermark(ControlRecords.write(watermark), end);
        lane.sync().request();
        while (lane.sync().durablePosition() < end.position) {
            requireRunning.run();
            LockSupport.parkNanos(this, PAUSE_NS);
        }
        done(CompactionStep.WATERMARKED);
        CompactedMark.write(setup, watermark.oldestSegment(), end.position, end.crc);
        done(CompactionStep.MARKED);
    }

    /** Deletes every file that does not count. */
    private void sweep() throws IOException {
        long oldest = DurableMark.oldestSegment(setup.directory());
        List<Path> leftovers = new ArrayList<>();
        for (long segment : SegmentFiles.listAll(setup.directory())) {
            if (segment < oldest) {
                leftovers.add(setup.segment(segment));
            }
        }
        List<CarriedFiles.Tile> all = CarriedFiles.list(setup.directory());
        List<CarriedFiles.Tile> counting = CarriedFiles.counting(all, oldest);
        for (CarriedFiles.Tile tile : all) {
            if (!counting.contains(tile)) {
                leftovers.add(tile.file());
            }
        }
        if (leftovers.isEmpty()) {
            return;
        }
        CompactedMark.renew(setup);
        for (Path file : leftovers) {
            delete(file);
        }
        setup.storage().forceDirectory(setup.directory());
    }

    private void delete(Path file) throws IOException {
        long bytes = Files.size(file);
        setup.storage().delete(file);
        run.onBytes(bytes);
    }

    private void unindex() {
        for (PersistenceId id : shortened) {
            lane.index().forget(id.encodedBytes(), keepFrom.getOrDefault(id, 0L));
        }
        lane.index().flush();
    }

    private void done(CompactionStep step) {
        run.onStep(step);
    }

    private void told(long bytes) {
        pendingBytes += bytes;
        if (pendingBytes >= BLOCK_BYTES) {
            requireRunning.run();
            run.onBytes(pendingBytes);
            pendingBytes = 0;
        }
    }
}
