package io.stele.tools;

/** How a command ends. Scripts rely on these numbers. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    /** A check found something. */
    static final int FINDING = 3;
    /** Someone else owns the directory. */
    static final int IN_USE = 4;
    /** It would have destroyed something. */
    static final int REFUSED = 5;
    /** A file or a process that cannot be read or reached. */
    static final int UNREACHABLE = 6;
    /** Written by a later version. */
    static final int NEWER_FORMAT = 7;
    /** Ctrl-C. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
