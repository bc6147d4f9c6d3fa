package io.stele.runtime;

import java.time.Duration;
import java.util.List;

/**
 * What became of one phase of a shutdown.
 *
 * @param phase which
 * @param took how long, its tasks included
 * @param unfinished the names of those tasks that failed, or were not done in time
 */
public record ShutdownReport(ShutdownPhase phase, Duration took, List<String> unfinished) {
    /** Copies the list. */
    public ShutdownReport {
        unfinished = List.copyOf(unfinished);
    }
}
