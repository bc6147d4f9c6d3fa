package io.stele.tools;

import java.io.IOException;

/** Whoever read the output has gone, such as {@code head}: reason enough to stop, and no error. */
final class BrokenPipeException extends RuntimeException {
    BrokenPipeException(IOException cause) {
        super(cause);
    }
}
