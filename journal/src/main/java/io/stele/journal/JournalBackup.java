package io.stele.journal;

import io.stele.spi.Clock;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Copies a journal, open or closed, to a directory that is a journal of its own: a backup, or a fork.
 *
 * <pre>
 *   begin ──&gt; {@link #bringSealed} ──&gt; (snapshots) ──&gt; {@link #cut} ──&gt; {@link #finish}
 *   target     segments that nobody                     each lane up to     manifest, verified,
 *   marked     changes any more                         a durable record    mark removed
 * </pre>
 *
 * <h2>Why the snapshots are copied in the middle</h2>
 * A snapshot is only ever taken of durable events. So whatever snapshot was there before the cut is not ahead of the cut. And a
 * compaction removes events only below a snapshot: what it would remove after the snapshots were copied has been brought before.
 *
 * <h2>What it holds</h2>
 * Every event that was appended before {@link #cut} was called, and for each lane a prefix of what came later: so for each actor a
 * prefix of its history. Lanes are not cut at the same moment.
 *
 * <h2>What it shares</h2>
 * On one file system sealed segments are further names of the same files. Nobody changes them: an opening writes new segments only,
 * and whoever repairs one makes it a file of its own first.
 *
 * <h2>Threads</h2>
 * Confined to one thread. The journal may be written meanwhile by any; no append waits.
 *
 * <h2>Failure</h2>
 * A copy that was not finished, for whatever reason, says so and is not opened by anything; delete it. The source is as it was.
 */
public final class JournalBackup implements AutoCloseable {
    private final BackupSource source;
    private final Path target;
    private final Options options;
    private final FileCopy files;
    private final List<LaneBackup> lanes = new ArrayList<>();
    private final List<LaneBackup.Cut> cuts = new ArrayList<>();

    /**
     * How to copy.
     *
     * @param earlier the directory of an earlier backup of the same journal, whose unchanged files are shared where those of the
     *     source cannot be; null if there is none
     * @param sharing whether files may be shared; false copies every byte
     * @param forking whether the copy becomes a journal with an id and a history of its own
     * @param verifying whether the copy is read and checked before it counts; takes as long as reading all of it
     */
    public record Options(@Nullable Path earlier, boolean sharing, boolean forking, boolean verifying) {

        /** Returns the options of a backup that shares what it can and is verified. */
        public static Options ofBackup() {
            return new Options(null, true, false, true);
        }

        /** Returns the options of a fork that shares what it can and is verified. */
        public static Options ofFork() {
            return new Options(null, true, true, true);
        }
    }

    /**
     * What was made.
     *
     * @param journalId of the copy; of the source too unless it is a fork
     * @param positions lane by lane, the last record in the copy; 0 if it has none
     * @param linkedCount how many files are shared
     * @param linkedBytes how long they are
     * @param copiedCount how many were copied
     * @param copiedBytes how long they are
     * @param verified what the verification has found; null if there was none
     */
    public record Report(
            UUID journalId,
            List<Long> positions,
            int linkedCount,
            long linkedBytes,
            int copiedCount,
            long copiedBytes,
            @Nullable VerifyReport verified) {

        /** Copies the list. */
        public Report {
            positions = List.copyOf(positions);
        }
    }

    private JournalBackup(BackupSource source, Path target, Options options) throws IOException {
        this.source = source;
        this.target = target;
        this.options = options;
        files = new FileCopy(options.sharing());
        Path earlier = options.earlier();
        boolean usable = earlier != null && isOf(earlier, source.manifest().journalId());
        for (int lane = 0; lane < source.manifest().laneCount(); lane++) {
            lanes.add(new LaneBackup(lane, source.directory(), target, usable ? earlier : null, files));
        }
        Files.createDirectories(target);
        JournalDirectory.requireLocal(target, Files.getFileStore(target).type());
        requireEmpty(target);
        IncompleteMark.set(target);
    }

    /**
     * Begins to copy a journal that this process has open.
     *
     * @param target absent or empty
     * @throws JournalException if the target is not empty, or cannot be written
     */
    public static JournalBackup begin(ChronicleJournal journal, Path target, Options options) {
        try {
            return new JournalBackup(new BackupSource.Open(journal), target, options);
        } catch (IOException e) {
            throw notMade(journal.directory(), target, e);
        }
    }

    /**
     * Begins to copy a journal that nobody has open, and keeps it from being opened until {@link #close}. Changes nothing in it.
     *
     * @param directory as a crash may have left it: what stands behind its end is not copied
     * @param target absent or empty
     * @throws io.stele.spi.JournalInUseException if somebody has it open
     * @throws CorruptJournalException if it is damaged where this is easily seen
     * @throws JournalException if there is no journal, if the target is not empty, or cannot be written
     */
    public static JournalBackup begin(Path directory, Path target, Options options) {
        BackupSource.Closed source = null;
        JournalBackup begun = null;
        try {
            source = BackupSource.Closed.lock(directory);
            begun = new JournalBackup(source, target, options);
            return begun;
        } catch (IOException e) {
            throw notMade(directory, target, e);
        } finally {
            if (source != null && begun == null) {
                source.close();
            }
        }
    }

    /** Brings every segment that nobody changes any more. Before the snapshots are copied. */
    public void bringSealed() {
        try {
            for (LaneBackup lane : lanes) {
                lane.bringSealed(source.sealedEnd(lane.lane()));
            }
        } catch (IOException e) {
            throw notMade(source.directory(), target, e);
        }
    }

    /**
     * Ends the copy of each lane behind a durable record. After the snapshots were copied. Waits for the disk, for what was
     * appended before.
     *
     * @throws JournalException if a lane has failed, or is damaged
     */
    public void cut() {
        long bootIdHash = Holder.self().bootIdHash();
        try {
            for (LaneBackup lane : lanes) {
                LaneBackup.Cut cut = source.cut(lane.lane());
                lane.cut(cut, source.isShared(cut), bootIdHash);
                cuts.add(cut);
            }
        } catch (IOException e) {
            throw notMade(source.directory(), target, e);
        }
    }

    /**
     * Makes the copy one that can be opened.
     *
     * @param progress of the verification
     * @throws CorruptJournalException if the verification has found something; the copy stays one that cannot be opened
     */
    public Report finish(ScanProgress progress, Clock clock) {
        try {
            Manifest manifest = source.manifest();
            if (options.forking()) {
                List<Long> last = cuts.stream()
                        .map(cut -> RecordLayout.segmentOf(cut.position()))
                        .toList();
                manifest = manifest.fork(UUID.randomUUID(), last, clock.epochMs());
            }
            JournalLock.leaveEpoch(target, source.epoch());
            manifest.write(target);
            VerifyReport verified = options.verifying() ? verify(progress) : null;
            IncompleteMark.remove(target);
            return new Report(
                    manifest.journalId(),
                    cuts.stream().map(LaneBackup.Cut::position).toList(),
                    files.linkedCount(),
                    files.linkedBytes(),
                    files.copiedCount(),
                    files.copiedBytes(),
                    verified);
        } catch (IOException e) {
            throw notMade(source.directory(), target, e);
        }
    }

    private VerifyReport verify(ScanProgress progress) {
        VerifyReport report = JournalVerifier.verify(target, progress);
        if (!report.isClean()) {
            throw new CorruptJournalException(
                    "source is damaged, so the copy is not usable; the source was not changed:"
                            + " findingCount=" + report.findings().size() + ", first=\""
                            + report.findings().get(0).message() + "\", copy=" + target
                            + "; run: stele verify --data-dir "
                            + source.directory().toAbsolutePath().getParent());
        }
        return report;
    }

    /** Gives a closed journal back. What was not finished stays so. */
    @Override
    public void close() {
        source.close();
    }

    private static boolean isOf(Path earlier, UUID journalId) {
        try {
            IncompleteMark.requireNone(earlier);
            return Manifest.read(earlier).journalId().equals(journalId);
        } catch (JournalException e) {
            return false; // nothing to share then
        }
    }

    private static void requireEmpty(Path target) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(target)) {
            for (Path file : found) {
                throw new JournalException("target is not empty; nothing was copied: directory=" + target + ", found="
                        + file.getFileName());
            }
        }
    }

    private static JournalException notMade(Path source, Path target, IOException cause) {
        return new JournalException(
                "journal was not copied to the end; the source was not changed; delete the copy: source=" + source
                        + ", copy=" + target + ", cause=" + cause,
                cause);
    }
}
