package io.stele.journal;

import io.stele.spi.ActorTally;
import io.stele.spi.CompactionOutcome;
import io.stele.spi.CompactionRun;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.HistoryFile;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Watermark;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What an open journal offers to whoever compacts it. Compactions take turns; closing waits for the one under way to stop. */
final class JournalCompaction {
    private final List<Lane> lanes;
    private final List<LaneFiles> files;
    private final ToLongFunction<PersistenceId> lastSequenceNumber;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile boolean stopped;

    /**
     * Offers the compaction of these lanes.
     *
     * @param lastSequenceNumber knows where an actor's history ends; 0 if it does not
     */
    JournalCompaction(List<Lane> lanes, ToLongFunction<PersistenceId> lastSequenceNumber) {
        this.lanes = lanes;
        this.lastSequenceNumber = lastSequenceNumber;
        files = lanes.stream().map(JournalCompaction::filesOf).toList();
    }

    private static LaneFiles filesOf(Lane lane) {
        LaneSetup setup = lane.setup();
        return new LaneFiles(
                setup.directory(),
                setup.lane(),
                setup.manifest().segmentBytes(),
                () -> lane.sync().durablePosition());
    }

    List<HistoryFile> files(int lane) {
        return files.get(lane).list();
    }

    void tally(HistoryFile file, Consumer<ActorTally> visitor) {
        files.get(file.lane()).tally(file, visitor);
    }

    CompactionOutcome compact(List<HistoryFile> sources, CompactionRun run) {
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to compact: files=0");
        }
        int lane = sources.get(0).lane();
        turn.lock();
        try {
            requireCompactable(lane, sources);
            LaneCompaction compaction = new LaneCompaction(
                    lanes.get(lane), files.get(lane), lastSequenceNumber, run, () -> requireRunning(lane));
            CompactionOutcome outcome = compaction.run(sources, watermark(lane));
            files.get(lane).forget();
            return outcome;
        } catch (IOException e) {
            throw new JournalException(
                    "compaction was not finished; nothing that is needed is lost: lane=" + lane + ", cause=" + e, e);
        } finally {
            turn.unlock();
        }
    }

    @Nullable Watermark watermark(int lane) {
        LaneSetup setup = lanes.get(lane).setup();
        try (RecordFetcher records = new RecordFetcher(setup.options().directory(), lane)) {
            DurableMark mark = DurableMark.compacted(setup.directory());
            if (mark == null) {
                return null;
            }
            RecordView record = records.fetch(mark.bootIdHash());
            Watermark found = record.kind() == RecordLayout.KIND_WATERMARK && record.crc() == mark.recordCrc()
                    ? ControlRecords.readWatermark(lane, record.body())
                    : null;
            if (found == null) {
                throw new CorruptJournalException(
                        "watermark of the last compaction is not where the mark says; nothing was changed on disk: lane="
                                + setup.directory() + ", position=" + mark.bootIdHash() + "; run: stele verify");
            }
            return found;
        } catch (IOException e) {
            throw new JournalException("lane cannot be read: lane=" + setup.directory() + ", cause=" + e, e);
        }
    }

    /** Lets no compaction begin, and waits for the one under way to notice. */
    void stop() {
        stopped = true;
        turn.lock();
        try {
            assert stopped : "nothing begins behind this";
        } finally {
            turn.unlock();
        }
    }

    private void requireRunning(int lane) {
        if (stopped) {
            throw new JournalException("journal is being closed; the compaction was stopped: lane=" + lane);
        }
        JournalException failure = lanes.get(lane).writer().failure();
        if (failure != null) {
            throw new JournalException(
                    "lane has failed, so it is not compacted: lane=" + lane + ", cause=" + failure.getMessage(),
                    failure);
        }
    }

    /** Requires that the files are adjacent, closed, as they are now, and that no segment in front of them would be left. */
    private void requireCompactable(int lane, List<HistoryFile> sources) {
        requireRunning(lane);
        List<HistoryFile> now = files(lane);
        int at = now.indexOf(sources.get(0));
        boolean isAsListed = at >= 0
                && at + sources.size() <= now.size()
                && now.subList(at, at + sources.size()).equals(sources);
        boolean isOldest = at <= 0 || now.get(at - 1).carried();
        if (!isAsListed || !isOldest || sources.stream().anyMatch(file -> !file.closed())) {
            throw new IllegalArgumentException("files cannot be compacted: lane=" + lane + ", first=" + sources.get(0)
                    + ", count=" + sources.size() + ", asListed=" + isAsListed + ", oldest=" + isOldest);
        }
    }
}
