package io.stele.tools;

import org.jspecify.annotations.Nullable;

/** Ends a command with a sentence for its user, a code that can be explained, and an exit code. */
final class CommandFailure extends RuntimeException {
    private final ErrorCode code;

    CommandFailure(ErrorCode code, String sentence) {
        this(code, sentence, null);
    }

    CommandFailure(ErrorCode code, String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
        this.code = code;
    }

    ErrorCode code() {
        return code;
    }

    int exitCode() {
        return code.exitCode();
    }
}
