package io.stele;

import io.stele.recovery.LegalHolds;
import io.stele.runtime.ActorSystem;
import io.stele.spi.PayloadCodec;
import java.nio.file.Path;

/**
 * Opens a data directory as a system of persistent actors: journal, snapshots, codec and runtime, wired.
 *
 * <pre>
 *   try (ActorSystem system = Stele.open(Path.of("data"))) {
 *       EntityRef account = system.entity(BankAccount.class, "42");
 *       Balance balance = account.ask(new Deposit(500)).toCompletableFuture().join();
 *   }
 * </pre>
 *
 * <pre>
 *   data/
 *     journal/     what happened: the truth
 *     snapshots/   states and indexes: shortcuts to it; may be deleted as long as nothing was compacted
 *     keys/        what encrypted events are read with, if there are any
 *     encryption   which keys those are, wherever they are kept
 * </pre>
 *
 * <p>The JVM needs a few flags; a process without them gets a sentence that names them.
 */
public final class Stele {
    private Stele() {}

    /**
     * Opens {@code directory}, creating it if it is absent, with the settings of {@link #builder}.
     *
     * @throws io.stele.spi.JournalInUseException if another process or system has it open; names the holder
     * @throws io.stele.spi.JournalException if it cannot be opened; nothing was changed but what a crash left unfinished
     * @throws io.stele.spi.SnapshotException if the snapshots cannot be opened
     * @throws io.stele.spi.DirectoryEncryptedException if it is encrypted; nothing was opened: use {@link #builder} and a codec with keys
     */
    public static ActorSystem open(Path directory) {
        return builder(directory).open();
    }

    /**
     * Opens {@code directory} to look at it, with the codec that {@link #open} takes. Takes no lock and writes nothing: its owner may
     * be at work, or have died.
     *
     * @throws io.stele.spi.JournalException if there is no journal, or it cannot be read
     * @throws io.stele.spi.SnapshotException if there are snapshots and they cannot be opened
     */
    public static SteleReader openReadOnly(Path directory) {
        return SteleReader.open(directory);
    }

    /** As {@link #openReadOnly(Path)}, for a directory that was written with another codec. */
    public static SteleReader openReadOnly(Path directory, PayloadCodec codec) {
        return SteleReader.open(directory, codec);
    }

    /** Starts to set how {@code directory} is opened. */
    public static SteleBuilder builder(Path directory) {
        return new SteleBuilder(directory);
    }

    /**
     * Returns what compacts the directory of a system, keeps its legal holds, and knows what earlier runs did.
     *
     * @throws IllegalArgumentException if the system was not opened by {@link Stele}
     */
    public static Compactions compactions(ActorSystem system) {
        Compactions found = system.owned(Compactions.class);
        if (found == null) {
            throw new IllegalArgumentException("only a system that Stele has opened can be compacted");
        }
        return found;
    }

    /**
     * Returns the legal holds of a directory that nobody has open; of one that is open ask {@link #compactions}, since a run that is
     * under way hears of these only when it comes to its next batch.
     */
    public static LegalHolds legalHolds(Path directory) {
        return LegalHolds.of(legalHoldsFile(directory));
    }

    /**
     * Makes a backup of a system that runs. Short for {@code Backup.of(system).to(target)}; see {@link Backup}.
     *
     * @param target absent or empty
     */
    public static Backup.Report backup(ActorSystem system, Path target) {
        return Backup.of(system).to(target);
    }

    /**
     * Makes a directory that goes its own way from what a system holds now. Short for {@code Backup.of(system).forkTo(target)}; see
     * {@link Backup}.
     *
     * @param target absent or empty
     */
    public static Backup.Report fork(ActorSystem system, Path target) {
        return Backup.of(system).forkTo(target);
    }

    /**
     * Makes a data directory of a backup, sharing no file with it.
     *
     * @param backup is not changed
     * @param target absent or empty
     * @throws io.stele.spi.JournalException if the backup is damaged or was not finished, or if the target is not empty
     */
    public static Backup.Report restore(Path backup, Path target) {
        return Backup.of(backup).withoutSharing().to(target);
    }

    /** Returns where the journal of a data directory lives. */
    public static Path journalDirectory(Path directory) {
        return directory.resolve("journal");
    }

    /** Returns which file of a data directory lists the actors that are under legal hold. */
    public static Path legalHoldsFile(Path directory) {
        return directory.resolve("legal-holds");
    }

    /** Returns which file of a data directory names the keys that it is encrypted with; absent if it is not. */
    public static Path encryptionFile(Path directory) {
        return directory.resolve("encryption");
    }

    /** Returns which file of a data directory tells what earlier compactions did. */
    public static Path compactionHistoryFile(Path directory) {
        return directory.resolve("compactions.jsonl");
    }

    /** Returns where the snapshots of a data directory live. */
    public static Path snapshotDirectory(Path directory) {
        return directory.resolve("snapshots");
    }

    /** Returns where the keys of an encrypted data directory live, unless its user keeps them elsewhere. */
    public static Path keyDirectory(Path directory) {
        return directory.resolve("keys");
    }
}
