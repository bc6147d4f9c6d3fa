package io.stele.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A journal whose oldest files can be compacted while actors run: replaced by one that holds only what is still needed.
 *
 * <p>A record that stays keeps its bytes and its position, so that chains, heads and offsets mean what they meant. What is gone is
 * always the beginning of an actor's history; whoever asks for it gets a {@link HistoryCompactedException}.
 */
public interface CompactableJournal extends EventJournal, HistoryFiles {

    /**
     * Replaces adjacent files by one. Takes turns with itself; appends and reads go on.
     *
     * @param files adjacent, oldest first, all of one lane, all closed, as {@link #files} names them now; if there are segments
     *     among them, the lane's oldest is
     * @throws IllegalArgumentException if they are not
     * @throws CorruptJournalException if a record in them cannot be trusted; they are as they were
     * @throws JournalFullException if there is no room for what has to stay; they are as they were
     * @throws JournalException if it could not be done or was stopped; nothing that is needed is lost
     */
    CompactionOutcome compact(List<HistoryFile> files, CompactionRun run);

    /** Returns what the lane's last compaction left in the journal; null if it never was compacted. */
    @Nullable Watermark watermark(int lane);
}
