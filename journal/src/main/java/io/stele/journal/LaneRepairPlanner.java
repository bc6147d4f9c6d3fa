package io.stele.journal;

import io.stele.journal.Finding.Kind;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides where one lane is to end so that nothing before that place is doubtful, and what has to go for it.
 *
 * <p>Before {@link JournalRepair}, which carries it out; changes nothing itself.
 */
final class LaneRepairPlanner {
    private final Path directory;
    private final Manifest manifest;
    private final int lane;
    private final List<Finding> findings;
    private final Map<PersistenceId, RepairPlan.Lost> lost;

    private final Map<PersistenceId, Long> lastGood = new HashMap<>();
    private long lastPosition;
    private int lastCrc;
    private long lastEnd;

    /**
     * @param findings of this lane, all of them
     * @param lost takes whose events go
     */
    LaneRepairPlanner(
            Path directory,
            Manifest manifest,
            int lane,
            List<Finding> findings,
            Map<PersistenceId, RepairPlan.Lost> lost) {
        this.directory = directory;
        this.manifest = manifest;
        this.lane = lane;
        this.findings = findings;
        this.lost = lost;
    }

    /** Returns whether a cut is of any use against a finding. */
    static boolean isCurable(Finding finding) {
        return finding.lane() >= 0
                && finding.kind() != Kind.UNREADABLE_FILE
                && finding.kind() != Kind.CARRIED_FILE_PROBLEM
                && Files.isDirectory(parentOf(finding));
    }

    private static Path parentOf(Finding finding) {
        Path file = finding.file();
        Path parent = file.getParent();
        return SegmentFiles.segmentOf(file) == 0 || parent == null ? file : parent;
    }

    List<RepairAction> plan() throws IOException {
        long cut = findings.stream()
                .filter(finding -> finding.kind() != Kind.DURABLE_MARK_PROBLEM)
                .mapToLong(LaneRepairPlanner::positionOf)
                .min()
                .orElse(Long.MAX_VALUE);
        findLastGood(cut);
        List<RepairAction> actions = new ArrayList<>();
        planMark(actions);
        if (cut != Long.MAX_VALUE) {
            planSegments(actions, RecordLayout.segmentOf(cut));
        }
        return actions;
    }

    private static long positionOf(Finding finding) {
        return RecordLayout.position(SegmentFiles.segmentOf(finding.file()), finding.offsetBytes());
    }

    private void findLastGood(long cut) {
        LaneScan scan =
                new LaneScan(directory, manifest, lane, () -> LaneScan.durablePosition(directory, lane), finding -> {});
        scan.run(0, ScanMeter.SILENT, record -> {
            if (record.position() >= cut) {
                return false;
            }
            if (record.kind() == RecordLayout.KIND_EVENTS) {
                lastGood.put(record.persistenceId(), record.lastSequenceNumber());
            }
            lastPosition = record.position();
            lastCrc = record.crc();
            lastEnd = RecordLayout.offsetOf(lastPosition) + SegmentReader.DOCUMENT_HEADER_BYTES + record.lengthBytes();
            return true;
        });
    }

    private void planMark(List<RepairAction> actions) {
        DurableMark mark = LaneScan.mark(directory, lane);
        boolean isWrong = findings.stream().anyMatch(finding -> finding.kind() == Kind.DURABLE_MARK_PROBLEM);
        if (isWrong || (mark != null && mark.position() > lastPosition)) {
            Path file = SegmentFiles.laneDirectory(directory, lane).resolve(SegmentFiles.DURABLE);
            actions.add(new RepairAction.MoveMark(lane, file, lastPosition, lastCrc));
        }
    }

    private void planSegments(List<RepairAction> actions, long cutSegment) throws IOException {
        Path laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        long lastSegment = RecordLayout.segmentOf(lastPosition);
        long[] segments = SegmentFiles.list(laneDirectory);
        for (int i = segments.length - 1; i >= 0 && segments[i] > lastSegment; i--) {
            Path file = SegmentFiles.segment(laneDirectory, segments[i]);
            actions.add(new RepairAction.RemoveSegment(lane, file, Files.size(file)));
            countLost(file, segments[i], 0);
        }
        if (lastSegment == cutSegment) {
            Path file = SegmentFiles.segment(laneDirectory, lastSegment);
            actions.add(new RepairAction.CutSegment(lane, file, lastEnd, usedEnd(file, lastEnd) - lastEnd));
            countLost(file, lastSegment, lastEnd);
        }
        for (Finding finding : findings) {
            PersistenceId id = finding.persistenceId();
            if (id != null && finding.sequenceNumber() > 0) {
                lose(id, finding.sequenceNumber(), 0);
            }
        }
    }

    private void countLost(Path file, long segment, long from) {
        try (SegmentReader reader = SegmentReader.open(file, segment)) {
            RecordView record = new RecordView();
            reader.seek(from);
            SegmentReader.Outcome outcome = reader.next(record);
            while (outcome == SegmentReader.Outcome.RECORD || reader.resync(record)) {
                if (record.kind() == RecordLayout.KIND_EVENTS) {
                    lose(record.persistenceId(), record.lastSequenceNumber(), record.batchCount());
                }
                outcome = reader.next(record);
            }
        }
    }

    /** Notes that an actor loses everything behind its last good event up to {@code to}. */
    private void lose(PersistenceId id, long to, long readableCount) {
        long from = lastGood.getOrDefault(id, 0L) + 1;
        if (to >= from) {
            lost.merge(
                    id,
                    new RepairPlan.Lost(id, from, to, readableCount),
                    (a, b) -> new RepairPlan.Lost(
                            id,
                            from,
                            Math.max(a.toSequenceNumber(), b.toSequenceNumber()),
                            a.readableCount() + b.readableCount()));
        }
    }

    /** Returns the offset behind the last byte that is not zero, at least {@code from}. */
    private static long usedEnd(Path file, long from) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
        long end = from;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long at = from; channel.read(buffer.clear(), at) > 0; at += buffer.limit()) {
                buffer.flip();
                for (int i = 0; i < buffer.limit(); i++) {
                    end = buffer.get(i) == 0 ? end : at + i + 1;
                }
            }
        }
        return end;
    }
}
