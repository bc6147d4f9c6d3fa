package io.stele.journal;

import io.stele.spi.Clock;
import java.nio.file.Path;

/** What the parts of one lane need to know; the same for its whole life. */
record LaneSetup(
        int lane,
        Path directory,
        Manifest manifest,
        JournalOptions options,
        long epoch,
        Holder holder,
        Clock clock,
        JournalMachine machine) {

    SegmentStorage storage() {
        return machine.storage();
    }

    long bootIdHash() {
        return holder.bootIdHash();
    }

    Path segment(long segment) {
        return SegmentFiles.segment(directory, segment);
    }
}
