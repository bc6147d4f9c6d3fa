package io.stele.tools;

import org.jspecify.annotations.Nullable;

/** Ends a command with a sentence for its user and an exit code. */
final class CommandFailure extends RuntimeException {
    private final int exitCode;

    CommandFailure(int exitCode, String sentence) {
        this(exitCode, sentence, null);
    }

    CommandFailure(int exitCode, String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
