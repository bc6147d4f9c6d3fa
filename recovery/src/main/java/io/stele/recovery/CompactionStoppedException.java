package io.stele.recovery;

import io.stele.spi.SteleException;

/** Somebody stopped a compaction. */
final class CompactionStoppedException extends SteleException {
    CompactionStoppedException() {
        super("compaction was stopped; what was not finished did not happen", null);
    }
}
