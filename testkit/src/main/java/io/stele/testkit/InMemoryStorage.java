package io.stele.testkit;

import io.stele.spi.JournalInUseException;
import java.util.List;
import java.util.stream.Stream;

/** What outlives an opening of an {@link InMemoryJournal}: the lanes, and the last epoch. Any thread. */
final class InMemoryStorage {
    private final List<InMemoryLane> lanes;
    private long epoch;
    private boolean inUse;

    InMemoryStorage(int laneCount) {
        lanes = Stream.generate(InMemoryLane::new).limit(laneCount).toList();
    }

    /**
     * Takes the storage for one opening and returns its epoch. What is found is forced first, as a real journal does with the
     * tail that it trusts.
     *
     * @throws JournalInUseException if another opening has it; nothing changed
     */
    synchronized long acquire() {
        if (inUse) {
            throw new JournalInUseException("journal is in use, close or crash it first: epoch=" + epoch);
        }
        inUse = true;
        lanes.forEach(InMemoryLane::force);
        return ++epoch;
    }

    synchronized void release() {
        inUse = false;
    }

    List<InMemoryLane> lanes() {
        return lanes;
    }
}
