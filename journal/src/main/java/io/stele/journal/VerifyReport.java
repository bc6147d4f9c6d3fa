package io.stele.journal;

import java.nio.file.Path;
import java.util.List;

/**
 * What {@link JournalVerifier} has found.
 *
 * @param directory which journal
 * @param segments what was read, by lane and number
 * @param actorCount how many actors have records
 * @param findings what is not as it was written, in the order in which it was met; empty if all is well
 * @param findingsOmitted how many more there were than are kept
 */
public record VerifyReport(
        Path directory,
        List<JournalSummary.Segment> segments,
        long actorCount,
        List<Finding> findings,
        long findingsOmitted) {

    /** Copies the lists. */
    public VerifyReport {
        segments = List.copyOf(segments);
        findings = List.copyOf(findings);
    }

    /** Returns whether every byte that counts is as it was written. */
    public boolean isClean() {
        return findings.isEmpty();
    }

    /** Returns whether nothing that may have been acknowledged is affected: what is left, the next opening cuts off by itself. */
    public boolean isDurableClean() {
        return findingsOmitted == 0 && findings.stream().noneMatch(Finding::durable);
    }
}
