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

    private ExitCode() {}
}
