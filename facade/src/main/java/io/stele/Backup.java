package io.stele;

import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalBackup;
import io.stele.journal.ScanProgress;
import io.stele.runtime.ActorSystem;
import io.stele.snapshot.RocksStores;
import io.stele.spi.Clock;
import io.stele.spi.JournalException;
import io.stele.spi.Presence;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Makes a backup, or a fork, of a data directory that is in use or lies still.
 *
 * <pre>
 *   Backup.of(system).to(Path.of("backups/monday"))
 *   Backup.of(Path.of("backups/monday")).forkTo(Path.of("what-if"))
 * </pre>
 *
 * <p>Both hold everything that was acknowledged before the call, and for each actor a prefix of what came later. A backup is the same
 * journal as its source, for the day when the source is gone; {@link Stele#restore} makes a directory to work with of it. A fork is a
 * journal of its own: both may be written at the same time, and neither ever sees the other's events. Its first opening reads the
 * whole journal once, to build its index.
 *
 * <p>On one file system nearly everything is shared with the source, so that it takes a moment and little room. Elsewhere files are
 * copied, but for those that an earlier backup of the same journal beside the target has already.
 *
 * <h2>Threads</h2>
 * Confined to one thread. A system goes on working meanwhile; no append waits.
 *
 * <h2>Failure</h2>
 * What was not finished says so and cannot be opened; delete it. The source is as it was.
 *
 * <h2>Keys</h2>
 * An encrypted directory's keys, wrapped as they are, are copied too. Forgetting somebody afterwards does not reach into a backup.
 */
public final class Backup {
    private final Source source;
    private boolean sharing = true;
    private boolean verifying = true;
    private ScanProgress progress = ScanProgress.NONE;

    /** Where things are, and how they are copied. */
    private interface Source {
        Path journal();

        Path snapshots();

        JournalBackup begin(Path target, JournalBackup.Options options);

        void copySnapshots(Path target, boolean sharing);
    }

    /**
     * What was made.
     *
     * @param target where
     * @param journal what became of the journal
     * @param onOtherFileSystem whether the target lies on another file system than the source, so that the source's files could not
     *     be shared
     * @param durationNs how long it took, the verification included
     */
    public record Report(Path target, JournalBackup.Report journal, boolean onOtherFileSystem, long durationNs) {}

    private Backup(Source source) {
        this.source = source;
    }

    /**
     * Copies what a running system holds.
     *
     * @throws IllegalArgumentException if the system was not opened by {@link Stele}
     */
    public static Backup of(ActorSystem system) {
        ChronicleJournal journal = system.owned(ChronicleJournal.class);
        RocksStores stores = system.owned(RocksStores.class);
        if (journal == null || stores == null) {
            throw new IllegalArgumentException("only a system that Stele has opened can be backed up");
        }
        return new Backup(new Running(journal, stores));
    }

    /** Copies a data directory that nobody has open, and that nobody can open meanwhile. It may be a backup itself. */
    public static Backup of(Path directory) {
        return new Backup(new Still(directory));
    }

    /** Copies every byte. */
    public Backup withoutSharing() {
        sharing = false;
        return this;
    }

    /** Does not read the copy to check it. Then damage in the source shows when the copy is needed. */
    public Backup withoutVerification() {
        verifying = false;
        return this;
    }

    /** Sets who is told how far the verification is. */
    public Backup progress(ScanProgress value) {
        progress = value;
        return this;
    }

    /**
     * Makes a backup.
     *
     * @param target absent or empty
     * @throws io.stele.spi.JournalInUseException if the source is a directory that somebody has open; nothing was copied
     * @throws io.stele.spi.CorruptJournalException if the source is damaged
     * @throws io.stele.spi.JournalFullException if the target has too little room; nothing was copied
     * @throws JournalException if the target is not empty, or it could not be finished
     */
    public Report to(Path target) {
        return run(target, false);
    }

    /** Makes a fork. As {@link #to}. */
    public Report forkTo(Path target) {
        return run(target, true);
    }

    private Report run(Path target, boolean forking) {
        long startNs = Clock.system().nanoTime();
        try {
            BackupTarget place = BackupTarget.prepare(target, source.journal(), source.snapshots(), sharing);
            JournalBackup.Options options = new JournalBackup.Options(place.earlier(), sharing, forking, verifying);
            try (JournalBackup journal = source.begin(Stele.journalDirectory(target), options)) {
                journal.bringSealed();
                copySnapshots(target);
                journal.cut();
                BackupTarget.copyKeys(source.journal().resolveSibling("keys"), Stele.keyDirectory(target));
                copyCompanions(target);
                JournalBackup.Report report = journal.finish(progress, Clock.system());
                BackupTarget.forceNames(target);
                return new Report(
                        target,
                        report,
                        place.isOnOtherFileSystem(),
                        Clock.system().nanoTime() - startNs);
            }
        } catch (IOException e) {
            throw new JournalException(
                    "copy was not made to the end; the source was not changed: target=" + target + ", cause=" + e, e);
        }
    }

    /** Snapshots can be made again from the journal, unless it was compacted: so they are copied, or it is not a backup. */
    private void copySnapshots(Path target) {
        if (Presence.ofDirectory(source.snapshots())) {
            source.copySnapshots(Stele.snapshotDirectory(target), sharing);
        }
    }

    /** A copy without its legal holds would be compacted as if nothing was held, one that is not marked opened in plain. */
    private void copyCompanions(Path target) throws IOException {
        Path directory = source.journal().resolveSibling(".");
        BackupTarget.copyFile(Stele.encryptionFile(directory), Stele.encryptionFile(target));
        BackupTarget.copyFile(Stele.legalHoldsFile(directory), Stele.legalHoldsFile(target));
        BackupTarget.copyFile(Stele.compactionHistoryFile(directory), Stele.compactionHistoryFile(target));
    }

    private record Running(ChronicleJournal opened, RocksStores stores) implements Source {
        @Override
        public Path journal() {
            return opened.directory();
        }

        @Override
        public Path snapshots() {
            return stores.directory();
        }

        @Override
        public JournalBackup begin(Path target, JournalBackup.Options options) {
            return JournalBackup.begin(opened, target, options);
        }

        @Override
        public void copySnapshots(Path target, boolean sharing) {
            stores.copyTo(target);
        }
    }

    private record Still(Path directory) implements Source {
        @Override
        public Path journal() {
            return Stele.journalDirectory(directory);
        }

        @Override
        public Path snapshots() {
            return Stele.snapshotDirectory(directory);
        }

        @Override
        public JournalBackup begin(Path target, JournalBackup.Options options) {
            return JournalBackup.begin(journal(), target, options);
        }

        @Override
        public void copySnapshots(Path target, boolean sharing) {
            RocksStores.copy(snapshots(), target, sharing);
        }
    }
}
