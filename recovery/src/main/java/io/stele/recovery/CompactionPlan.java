package io.stele.recovery;

import io.stele.spi.HistoryFile;
import java.util.List;

/**
 * What a compaction would do, file by file, and why. A value: carrying it out is the {@link Compactor}'s business, which decides
 * anew what stays before it removes anything.
 *
 * @param files every file of the journal, by lane, oldest first
 */
public record CompactionPlan(List<PlannedFile> files) {

    /** Copies the list. */
    public CompactionPlan {
        files = List.copyOf(files);
    }

    /** Whether a file goes. */
    public enum Verdict {
        /** Nothing in it is needed. */
        REMOVE,
        /** What is needed of it is carried over, the rest goes. */
        CARRY_OVER,
        /** It stays as it is. */
        KEEP
    }

    /**
     * What happens to one file.
     *
     * @param file which
     * @param eventCount events in it
     * @param liveEventCount of those, how many stay; estimated where a file holds only a part of what stays of an actor
     * @param stragglerCount actors of which something in it stays
     * @param liveBytes length of the records that stay
     * @param verdict whether it goes
     * @param reason why, in a few words with their facts
     */
    public record PlannedFile(
            HistoryFile file,
            long eventCount,
            long liveEventCount,
            long stragglerCount,
            long liveBytes,
            Verdict verdict,
            String reason) {

        /** Returns how many bytes the disk gets back. */
        public long bytesGained() {
            return verdict == Verdict.KEEP ? 0 : file.bytes() - liveBytes;
        }
    }

    /** Returns how many bytes the disk gets back in all. */
    public long bytesGained() {
        return files.stream().mapToLong(PlannedFile::bytesGained).sum();
    }

    /** Returns whether there is nothing to do. */
    public boolean isEmpty() {
        return files.stream().allMatch(planned -> planned.verdict() == Verdict.KEEP);
    }

    /** Returns the files of one lane that go, oldest first: adjacent. */
    public List<HistoryFile> going(int lane) {
        return files.stream()
                .filter(planned -> planned.file().lane() == lane && planned.verdict() != Verdict.KEEP)
                .map(PlannedFile::file)
                .toList();
    }
}
