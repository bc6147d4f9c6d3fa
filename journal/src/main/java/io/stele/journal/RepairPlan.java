package io.stele.journal;

import io.stele.spi.PersistenceId;
import java.nio.file.Path;
import java.util.List;

/**
 * What a repair would do. Making it changes nothing.
 *
 * @param directory which journal
 * @param cutDamage whether acknowledged events may be given up
 * @param actions in the order in which they are carried out; empty if there is nothing to do
 * @param lost whose events are given up, as far as they can be told
 * @param refused findings that it leaves alone, because they need {@code cutDamage} or something else than a cut
 */
public record RepairPlan(
        Path directory, boolean cutDamage, List<RepairAction> actions, List<Lost> lost, List<Finding> refused) {

    /**
     * Events of one actor that are given up.
     *
     * @param persistenceId whose
     * @param fromSequenceNumber the lowest number
     * @param toSequenceNumber the highest number; what the history has between the two is lost too
     * @param readableCount how many of them could still be read, and stand whole in what is kept aside
     */
    public record Lost(
            PersistenceId persistenceId, long fromSequenceNumber, long toSequenceNumber, long readableCount) {}

    /** Copies the lists. */
    public RepairPlan {
        actions = List.copyOf(actions);
        lost = List.copyOf(lost);
        refused = List.copyOf(refused);
    }

    /** Returns whether there is nothing to do. */
    public boolean isEmpty() {
        return actions.isEmpty();
    }
}
