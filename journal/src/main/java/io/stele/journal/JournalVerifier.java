package io.stele.journal;

import io.stele.journal.Finding.Kind;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Checks every record of a journal, every chain, and every actor's numbers. Reads the files, takes no lock, changes nothing; on a
 * journal that is being written it checks what was there when it came by.
 */
public final class JournalVerifier {
    private static final int FINDINGS_MAX = 10_000;

    private final Path directory;
    private final List<Finding> findings = new ArrayList<>();
    private long findingsOmitted;

    /** Hears of actors. */
    @FunctionalInterface
    public interface ActorReader {
        /**
         * Takes one actor.
         *
         * @param id which
         * @param firstSequenceNumber of the first event that is there; 0 if there are only notes
         * @param lastSequenceNumber of the last event that was written, be it that only a note tells of it
         */
        void onActor(PersistenceId id, long firstSequenceNumber, long lastSequenceNumber);
    }

    private JournalVerifier(Path directory) {
        this.directory = directory;
    }

    /**
     * Verifies a journal. Takes as long as reading it, its lanes side by side, and memory for every actor that has records.
     *
     * @param progress told how far it is, by several threads in turn
     * @throws JournalException if there is no journal, or if it is of a newer format; everything else is a finding
     */
    public static VerifyReport verify(Path directory, ScanProgress progress) {
        return verify(directory, progress, (id, firstSequenceNumber, lastSequenceNumber) -> {});
    }

    /**
     * Verifies a journal, as above.
     *
     * @param actors told at the end of every actor and its numbers; on the calling thread
     */
    public static VerifyReport verify(Path directory, ScanProgress progress, ActorReader actors) {
        return new JournalVerifier(directory).run(progress, actors);
    }

    private VerifyReport run(ScanProgress progress, ActorReader actors) {
        List<JournalSummary.Segment> segments = new ArrayList<>();
        long actorCount = 0;
        try {
            Manifest manifest = Manifest.read(directory);
            ScanMeter meter = new ScanMeter(directory, manifest.laneCount(), progress);
            List<LaneVerifier> lanes = IntStream.range(0, manifest.laneCount())
                    .parallel()
                    .mapToObj(lane -> verify(manifest, lane, meter.part()))
                    .toList();
            for (LaneVerifier lane : lanes) {
                lane.findings().forEach(this::add);
                findingsOmitted += lane.findingsOmitted();
                segments.addAll(lane.segments());
                actorCount += lane.actorCount();
                lane.actors(actors);
            }
        } catch (CorruptJournalException e) {
            addManifestProblem(e);
        } catch (JournalException e) {
            if (!isLeftWithoutManifest()) {
                throw e;
            }
            addManifestProblem(e);
        } catch (IOException e) {
            throw new JournalException("journal cannot be listed: directory=" + directory + ", cause=" + e, e);
        }
        return new VerifyReport(directory, segments, actorCount, findings, findingsOmitted);
    }

    private LaneVerifier verify(Manifest manifest, int lane, ScanMeter meter) {
        LaneVerifier verifier = new LaneVerifier(directory, manifest, lane, FINDINGS_MAX);
        verifier.run(meter);
        meter.tell();
        return verifier;
    }

    private void addManifestProblem(JournalException e) {
        Path file = directory.resolve(SegmentFiles.MANIFEST);
        add(new Finding(Kind.MANIFEST_PROBLEM, -1, file, 0, null, 0, true, String.valueOf(e.getMessage())));
    }

    private boolean isLeftWithoutManifest() {
        if (Files.exists(directory.resolve(SegmentFiles.MANIFEST)) || !Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> String.valueOf(file.getFileName()).matches("lane-\\d{1,3}"));
        } catch (IOException e) {
            return false;
        }
    }

    private void add(Finding finding) {
        if (findings.size() < FINDINGS_MAX) {
            findings.add(finding);
        } else {
            findingsOmitted++;
        }
    }
}
