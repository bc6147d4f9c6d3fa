package io.stele.spi;

import java.util.List;
import java.util.function.Consumer;

/**
 * The files that a journal's history lies in, for whoever decides what may go. Reads only.
 *
 * <h2>Threads</h2>
 * Any thread may call any method.
 */
public interface HistoryFiles {

    /** Returns how many lanes the journal has, 1 to 256. */
    int laneCount();

    /**
     * Lists the files of a lane, oldest first: what was carried over, then segments. Together they cover every segment from 1.
     *
     * @throws JournalException if the lane cannot be listed
     */
    List<HistoryFile> files(int lane);

    /**
     * Tells what a file holds of each actor, in no particular order. Reads and checks the whole file: O(bytes); a closed one that was
     * counted before is remembered as far as memory allows.
     *
     * @throws CorruptJournalException if a record in it cannot be trusted
     * @throws JournalException if it is not there any more, or cannot be read
     */
    void tally(HistoryFile file, Consumer<ActorTally> visitor);
}
