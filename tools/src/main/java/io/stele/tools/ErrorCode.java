package io.stele.tools;

import io.stele.spi.SteleException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can go wrong, each with a code that never changes its meaning, what leads to it, and what to do next. The code
 * stands at the end of every error line; {@code stele explain CODE} says the rest.
 */
enum ErrorCode {
    WRONG_USAGE(
            "S101",
            ExitCode.WRONG_USAGE,
            "the command line cannot be understood",
            "an option, a value or an actor's name is misspelt or out of range",
            "read the usage line below the error, or run the command with --help"),
    BAD_INPUT(
            "S102",
            ExitCode.WRONG_USAGE,
            "a file that was given as input cannot be used",
            "it is not there, or a line of it is not laid out as expected; the error names file and line",
            "mend the line that is named; nothing was imported or changed"),
    BAD_CLASS(
            "S103",
            ExitCode.WRONG_USAGE,
            "a class that was named cannot be used",
            "it is not on the class path that was given, needs another class that is not there, or is no persistent actor",
            "name the jars that hold it and what it needs"),
    BAD_QUERY(
            "S104",
            ExitCode.WRONG_USAGE,
            "the query cannot be understood",
            "a word, an operator or a quote stands where it cannot stand; the error points at the place",
            "run: stele query --help for the grammar"),
    NO_DIRECTORY(
            "S201",
            ExitCode.FAILED,
            "there is no data directory",
            "the path is misspelt, or nothing has been written there yet",
            "name another one with --data-dir, or make one with: stele demo"),
    NO_JOURNAL(
            "S202",
            ExitCode.FAILED,
            "the directory holds no journal",
            "it is a directory of another kind, or one level too high or too low: a data directory has a subdirectory named journal",
            "name the data directory itself with --data-dir"),
    UNREADABLE(
            "S203",
            ExitCode.UNREACHABLE,
            "a file cannot be read",
            "its permissions do not allow it, or the disk reports an error",
            "run as a user who may read it; if the disk reports errors, copy what can be read before anything else"),
    NEWER_FORMAT(
            "S204",
            ExitCode.NEWER_FORMAT,
            "the data was written by a newer version of Stele",
            "this program is older than the one that owns the data; it does not guess at a format that it does not know",
            "use the version that wrote it, or a later one"),
    IN_USE(
            "S205",
            ExitCode.IN_USE,
            "somebody else has the directory open",
            "one process at a time may write; the error names who does",
            "stop that process first, or use a command that only reads"),
    NEEDS_YES(
            "S206",
            ExitCode.REFUSED,
            "the change was not confirmed",
            "what it removes does not come back, so a script must say --yes, and a person must answer",
            "look at the preview, which is what the command does without --execute; then add --execute --yes"),
    TARGET_NOT_EMPTY(
            "S207",
            ExitCode.REFUSED,
            "the target holds something already",
            "nothing is ever written over",
            "name a directory or file that does not exist"),
    NOT_OURS(
            "S208",
            ExitCode.REFUSED,
            "the directory holds something that no demo made",
            "the demo deletes what an earlier demo left, and nothing else",
            "choose another directory with --data-dir"),
    UNWRITABLE(
            "S209",
            ExitCode.FAILED,
            "a file cannot be written",
            "permissions, a full disk, or a directory that is not there",
            "make room or name another place; what was there before is as it was"),
    NOT_SUPPORTED(
            "S210",
            ExitCode.FAILED,
            "this cannot be done here",
            "the error says what is missing",
            "the error names the way that works"),
    NODE_UNREACHABLE(
            "S211",
            ExitCode.UNREACHABLE,
            "the running system does not answer",
            "it is not running, has no admin page, or listens somewhere else",
            "take the address that AdminServer.url() gives; it is printed where the system starts"),
    NODE_REFUSES(
            "S212",
            ExitCode.REFUSED,
            "the running system does not accept the token",
            "every start makes up another one, unless one is set",
            "name it behind the address as ?token=…, or in STELE_TOKEN"),
    UNKNOWN_ACTOR(
            "S301",
            ExitCode.FAILED,
            "the actor has no events",
            "its type or id is misspelt, or it lives in another data directory",
            "find it with: stele ls 'PATTERN'"),
    CORRUPT(
            "S302",
            ExitCode.FAILED,
            "the journal is damaged",
            "a disk, a memory module or another program has changed bytes that were written; nothing was repaired on the way",
            "run: stele verify; then restore the files from a backup, or see what: stele repair would do"),
    COPY_OF_DAMAGE(
            "S303",
            ExitCode.FINDING,
            "what should be copied or imported is damaged",
            "a copy is checked while it is made, and one of damaged data is not taken for a backup",
            "run: stele verify on the source"),
    JOURNAL(
            "S304",
            ExitCode.FAILED,
            "the journal could not do what was asked",
            "the error names the cause that the system gave",
            "look at the cause; the lane that was written to takes no events until it is reopened"),
    JOURNAL_FULL(
            "S305",
            ExitCode.FAILED,
            "there is too little room",
            "the disk is nearly full, and Stele stops before it is",
            "make room: stele compact shows what may go"),
    SEQUENCE_CONFLICT(
            "S306",
            ExitCode.FAILED,
            "an event does not have the next number of its actor",
            "two writers, or a file that was put together by hand",
            "nothing was written; look at the actor with: stele show ACTOR"),
    COMPACTED(
            "S307",
            ExitCode.FAILED,
            "that part of the history was compacted",
            "events before a snapshot were removed by a compaction",
            "ask for a later moment: stele show ACTOR names the first event that is left"),
    MISSING_FLAGS(
            "S308",
            ExitCode.FAILED,
            "the JVM was started without the flags that writing needs",
            "Chronicle reaches into the JDK, which must be opened to it",
            "start with: java @config/jvm.args"),
    SNAPSHOT(
            "S401",
            ExitCode.FAILED,
            "the snapshots cannot be used",
            "they are damaged, or RocksDB could not open them",
            "stop the owner and move the snapshots directory away: it is built anew, unless the journal was compacted"),
    SNAPSHOTS_OUTDATED(
            "S402",
            ExitCode.FAILED,
            "the snapshots are older than the last compaction",
            "a snapshots directory was restored alone, or lost; what was compacted is only in it",
            "restore snapshots and journal together from one backup"),
    RECOVERY(
            "S501",
            ExitCode.FAILED,
            "an actor's state could not be worked out",
            "its history cannot be read or folded",
            "look at it with: stele events ACTOR"),
    POISON_EVENT(
            "S502",
            ExitCode.FAILED,
            "an event cannot be applied",
            "the handler throws, or no class reads it any more",
            "mend the handler or add an upcaster; then: stele quarantine retry"),
    STATE_MISMATCH(
            "S503",
            ExitCode.FINDING,
            "handlers make another state of history than they once did",
            "a handler is not a pure function of state and event, or has changed",
            "run: stele replay --check to see from which number on"),
    COMPACTION_STOPPED(
            "S504",
            ExitCode.FAILED,
            "the compaction was stopped",
            "somebody asked for it, or a file could not be read",
            "run it again: it goes on where it stopped"),
    CODEC(
            "S601",
            ExitCode.FAILED,
            "a payload cannot be decoded",
            "it was written by another codec",
            "name the jar of that codec with --codec-jar"),
    UNKNOWN_TYPE(
            "S602",
            ExitCode.FAILED,
            "no class is known for a stored type",
            "the class was renamed or removed without an upcaster",
            "see docs/evolution.md, or add the jar that has it"),
    FORGOTTEN(
            "S603",
            ExitCode.FAILED,
            "the key of that data was destroyed",
            "somebody asked for it to be forgotten",
            "there is no way back"),
    ENCRYPTION(
            "S604",
            ExitCode.FAILED,
            "the keys cannot be used",
            "a directory is encrypted and was opened without its keys, the master key is another one, or the key file is damaged",
            "open it with the keys it was written with, and name the right master key; without them encrypted data stays unreadable"),
    ACTOR(
            "S701",
            ExitCode.FAILED,
            "an actor could not do what was asked",
            "the error names the actor and the cause",
            "look at it with: stele show ACTOR"),
    QUARANTINED(
            "S702",
            ExitCode.FAILED,
            "the actor is in quarantine",
            "an event of its history cannot be applied",
            "run: stele quarantine list"),
    NOT_STARTED(
            "S703",
            ExitCode.FAILED,
            "the actor or its system does not take commands",
            "it is closed, failing, forgotten, or full",
            "try again later; nothing was written"),
    OUTCOME_UNKNOWN(
            "S704",
            ExitCode.FAILED,
            "whether the command took effect is not known",
            "the reply was lost, or came too late",
            "send the command again with the same id: it is carried out once"),
    NODE(
            "S705",
            ExitCode.UNREACHABLE,
            "a running node did not do what it was asked",
            "its admin page is not there, the token is another one, or the node was started read-only; the error says which",
            "take the address from the output of the node, its token included; nothing was changed"),
    DEMO_FAILED(
            "S801",
            ExitCode.FAILED,
            "the demo has failed",
            "its bank could not be started, did not answer, or lost something",
            "the error names what; keep the data directory, it is evidence"),
    INTERRUPTED(
            "S901",
            ExitCode.INTERRUPTED,
            "the command was interrupted",
            "Ctrl-C or a signal",
            "run it again; what was not finished was removed or says that it is incomplete"),
    UNEXPECTED(
            "S902",
            ExitCode.FAILED,
            "this should not have happened",
            "a mistake in Stele",
            "report it with the file that the error names"),
    STELE("S903", ExitCode.FAILED, "Stele refused", "the error says why", "the error names what to do");

    private static final Map<String, ErrorCode> BY_EXCEPTION = Map.ofEntries(
            Map.entry("SteleException", STELE),
            Map.entry("JournalException", JOURNAL),
            Map.entry("NewerFormatException", NEWER_FORMAT),
            Map.entry("JournalInUseException", IN_USE),
            Map.entry("JournalFullException", JOURNAL_FULL),
            Map.entry("CorruptJournalException", CORRUPT),
            Map.entry("SequenceConflictException", SEQUENCE_CONFLICT),
            Map.entry("HistoryCompactedException", COMPACTED),
            Map.entry("MissingFlagsException", MISSING_FLAGS),
            Map.entry("UnreadableException", UNREADABLE),
            Map.entry("SnapshotException", SNAPSHOT),
            Map.entry("SnapshotsOutdatedException", SNAPSHOTS_OUTDATED),
            Map.entry("RecoveryException", RECOVERY),
            Map.entry("PoisonEventException", POISON_EVENT),
            Map.entry("StateMismatchException", STATE_MISMATCH),
            Map.entry("CompactionStoppedException", COMPACTION_STOPPED),
            Map.entry("PayloadCodecException", CODEC),
            Map.entry("UnknownTypeException", UNKNOWN_TYPE),
            Map.entry("ForgottenException", FORGOTTEN),
            Map.entry("EncryptionException", ENCRYPTION),
            Map.entry("KeyMissingException", ENCRYPTION),
            Map.entry("DirectoryEncryptedException", ENCRYPTION),
            Map.entry("ActorException", ACTOR),
            Map.entry("ActorQuarantinedException", QUARANTINED),
            Map.entry("ActorSystemClosedException", NOT_STARTED),
            Map.entry("ActorFailedException", NOT_STARTED),
            Map.entry("ActorForgottenException", NOT_STARTED),
            Map.entry("MailboxFullException", NOT_STARTED),
            Map.entry("StashFullException", NOT_STARTED),
            Map.entry("ActorStoppedException", NOT_STARTED),
            Map.entry("CircuitOpenException", NOT_STARTED),
            Map.entry("JournalUnavailableException", NOT_STARTED),
            Map.entry("CommandRejectedException", NOT_STARTED),
            Map.entry("UnhandledCommandException", ACTOR),
            Map.entry("EventHandlerException", POISON_EVENT),
            Map.entry("AskTimeoutException", OUTCOME_UNKNOWN),
            Map.entry("ReplyLostException", OUTCOME_UNKNOWN),
            Map.entry("OutcomeUnknownException", OUTCOME_UNKNOWN));

    private final String code;
    private final int exitCode;
    private final String title;
    private final String cause;
    private final String next;

    ErrorCode(String code, int exitCode, String title, String cause, String next) {
        this.code = code;
        this.exitCode = exitCode;
        this.title = title;
        this.cause = cause;
        this.next = next;
    }

    /** Returns the code of something that Stele has thrown: that of its class, or of the nearest class above it that has one. */
    static ErrorCode of(SteleException e) {
        if (isDenied(e)) {
            return UNREADABLE;
        }
        for (Class<?> type = e.getClass(); type != null; type = type.getSuperclass()) {
            ErrorCode known = BY_EXCEPTION.get(type.getSimpleName());
            if (known != null) {
                return known;
            }
        }
        return STELE;
    }

    /** Returns the code of one class of exceptions by itself; null if only a class above it has one. */
    static @Nullable ErrorCode ofClass(String simpleName) {
        return BY_EXCEPTION.get(simpleName);
    }

    private static boolean isDenied(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.nio.file.AccessDeniedException) {
                return true;
            }
        }
        return false;
    }

    static Optional<ErrorCode> find(String text) {
        String wanted = text.toUpperCase(Locale.ROOT);
        for (ErrorCode candidate : values()) {
            if (candidate.code.equals(wanted) || candidate.name().equals(wanted)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    String code() {
        return code;
    }

    int exitCode() {
        return exitCode;
    }

    String title() {
        return title;
    }

    String cause() {
        return cause;
    }

    String next() {
        return next;
    }
}
