package io.stele.recovery;

import io.stele.spi.SteleException;

/**
 * The snapshots beside a journal are not those that its last compaction relied on: they were lost, or an older copy took their place.
 * Nothing was opened or changed.
 */
public final class SnapshotsOutdatedException extends SteleException {

    /** One sentence with its facts. */
    SnapshotsOutdatedException(String message) {
        super(message, null);
    }
}
