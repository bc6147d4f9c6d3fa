package io.stele.journal;

import io.stele.spi.Clock;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Gives up the end of a damaged lane so that the rest can be used again. Never runs on its own: somebody asks for a plan, reads
 * it, and has it carried out.
 *
 * <pre>
 *   plan ──&gt; LOCK ──&gt; same plan? ──&gt; keep aside ──&gt; durable mark ──&gt; remove, cut ──&gt; force ──&gt; verify
 * </pre>
 *
 * <p>The mark goes first, so that a crash in the middle leaves a tail behind it, which another plan cuts off.
 *
 * <h2>Threads</h2>
 * Any thread.
 */
public final class JournalRepair {
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private JournalRepair() {}

    /**
     * What a repair has done.
     *
     * @param keptDirectory where everything lies that it changed; null if it had nothing to do
     * @param after what a verification found afterwards
     */
    public record Report(@Nullable Path keptDirectory, VerifyReport after) {}

    /**
     * Verifies the journal and plans how to make it usable. Changes nothing, takes no lock.
     *
     * @param cutDamage false: cut only what was never known to be durable. True: cut each lane at its first damage, and with it
     *     every later event of the lane, acknowledged or not
     * @throws JournalException if there is no journal, or it cannot be read
     */
    public static RepairPlan plan(Path directory, boolean cutDamage) {
        VerifyReport report = JournalVerifier.verify(directory, ScanProgress.NONE);
        List<Finding> refused = new ArrayList<>();
        Map<Integer, List<Finding>> lanes = new TreeMap<>();
        report.findings().forEach(finding -> {
            lanes.computeIfAbsent(finding.lane(), lane -> new ArrayList<>()).add(finding);
        });
        List<RepairAction> actions = new ArrayList<>();
        Map<PersistenceId, RepairPlan.Lost> lost = new TreeMap<>(Comparator.comparing(PersistenceId::encoded));
        lanes.forEach((lane, findings) -> {
            boolean isRefused = findings.stream()
                    .anyMatch(finding -> !LaneRepairPlanner.isCurable(finding) || (finding.durable() && !cutDamage));
            if (isRefused) {
                refused.addAll(findings);
            } else {
                actions.addAll(planLane(directory, lane, findings, lost));
            }
        });
        return new RepairPlan(directory, cutDamage, actions, List.copyOf(lost.values()), refused);
    }

    private static List<RepairAction> planLane(
            Path directory, int lane, List<Finding> findings, Map<PersistenceId, RepairPlan.Lost> lost) {
        try {
            return new LaneRepairPlanner(directory, Manifest.read(directory), lane, findings, lost).plan();
        } catch (IOException e) {
            throw new JournalException(
                    "repair cannot be planned; nothing was changed: directory=" + directory + ", cause=" + e, e);
        }
    }

    /**
     * Carries out a plan, after keeping aside everything that it changes, in {@code repaired-<time>} in the journal's directory.
     *
     * @param clock names the directory
     * @throws io.stele.spi.JournalInUseException if somebody has the journal open; nothing was changed
     * @throws JournalException if the journal is not what the plan was made for; nothing was changed. Or if a file cannot be
     *     written; then a new plan goes on where this one stopped
     */
    public static Report execute(RepairPlan plan, Clock clock) {
        Path directory = plan.directory();
        try {
            JournalLock lock = JournalLock.acquire(directory);
            try {
                return executeLocked(plan, clock);
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw new JournalException(
                    "repair was not finished; plan again: directory=" + directory + ", cause=" + e, e);
        }
    }

    private static Report executeLocked(RepairPlan plan, Clock clock) throws IOException {
        Path directory = plan.directory();
        if (!plan(directory, plan.cutDamage()).equals(plan)) {
            throw new JournalException(
                    "journal has changed since the repair was planned; nothing was changed; plan again: directory="
                            + directory);
        }
        if (plan.isEmpty()) {
            return new Report(null, JournalVerifier.verify(directory, ScanProgress.NONE));
        }
        Path kept = directory.resolve("repaired-" + TIMESTAMP.format(Instant.ofEpochMilli(clock.epochMs())));
        keep(plan, kept);
        for (RepairAction action : plan.actions()) {
            execute(action, kept);
        }
        forceDirectories(plan);
        return new Report(kept, JournalVerifier.verify(directory, ScanProgress.NONE));
    }

    private static void keep(RepairPlan plan, Path kept) throws IOException {
        Files.createDirectory(kept);
        StringBuilder text = new StringBuilder();
        for (RepairAction action : plan.actions()) {
            text.append(action.describe()).append('\n');
            Path laneDirectory = Files.createDirectories(kept.resolve("lane-" + action.lane()));
            if (action instanceof RepairAction.CutSegment cut) {
                Path copy = laneDirectory.resolve(cut.file().getFileName() + "." + cut.offsetBytes());
                copy(cut.file(), cut.offsetBytes(), cut.bytes(), copy);
            } else if (action instanceof RepairAction.MoveMark mark && Files.exists(mark.file())) {
                copy(mark.file(), 0, Files.size(mark.file()), laneDirectory.resolve(SegmentFiles.DURABLE));
            }
            force(laneDirectory);
        }
        plan.lost().forEach(lost -> text.append("lost: ").append(lost).append('\n'));
        Path description = Files.writeString(kept.resolve("plan.txt"), text);
        force(description);
        force(kept);
        force(plan.directory());
    }

    private static void copy(Path file, long from, long bytes, Path target) throws IOException {
        try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ);
                FileChannel copy = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long copied = 0;
            while (copied < bytes) {
                long count = source.transferTo(from + copied, bytes - copied, copy);
                if (count <= 0) {
                    throw new IOException("file became shorter while it was copied: " + file);
                }
                copied += count;
            }
            copy.force(true);
        }
    }

    private static void execute(RepairAction action, Path kept) throws IOException {
        Path aside = kept.resolve("lane-" + action.lane())
                .resolve(String.valueOf(action.file().getFileName()));
        if (action instanceof RepairAction.RemoveSegment) {
            Files.move(action.file(), aside, StandardCopyOption.ATOMIC_MOVE);
            force(kept.resolve("lane-" + action.lane()));
        } else if (action instanceof RepairAction.CutSegment cut) {
            cut(cut);
        } else if (action instanceof RepairAction.MoveMark mark) {
            moveMark(mark);
        }
    }

    private static void cut(RepairAction.CutSegment cut) throws IOException {
        LinkedFile.unshare(new FileSegmentStorage(), cut.file());
        ByteBuffer zeros = ByteBuffer.allocateDirect(64 << 10);
        try (FileChannel channel = FileChannel.open(cut.file(), StandardOpenOption.WRITE)) {
            long end = cut.offsetBytes() + cut.bytes();
            for (long at = cut.offsetBytes() + SegmentReader.DOCUMENT_HEADER_BYTES; at < end; ) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), end - at));
                at += channel.write(zeros, at);
            }
            ByteBuffer seal = ByteBuffer.allocate(SegmentReader.DOCUMENT_HEADER_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(0, SegmentReader.SEALED);
            while (seal.hasRemaining()) {
                channel.write(seal, cut.offsetBytes() + seal.position());
            }
            channel.force(true);
        }
    }

    private static void moveMark(RepairAction.MoveMark mark) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(DurableMark.FILE_BYTES);
        DurableMark moved = new DurableMark(mark.position(), mark.crc(), 0, 1);
        moved.encode(content, moved.slotOffsetBytes());
        Path temporary = mark.file().resolveSibling(SegmentFiles.DURABLE + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        Files.move(temporary, mark.file(), StandardCopyOption.ATOMIC_MOVE);
        Path laneDirectory = mark.file().getParent();
        assert laneDirectory != null : "a mark lies in a lane";
        force(laneDirectory);
    }

    private static void forceDirectories(RepairPlan plan) throws IOException {
        TreeSet<Integer> lanes = new TreeSet<>();
        plan.actions().forEach(action -> lanes.add(action.lane()));
        for (int lane : lanes) {
            force(SegmentFiles.laneDirectory(plan.directory(), lane));
        }
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
