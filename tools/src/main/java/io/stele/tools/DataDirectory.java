package io.stele.tools;

import io.stele.runtime.ActorSystem;
import java.nio.file.Path;

/** Opens data directories: for the demo's bank to write, for everything else to read. */
final class DataDirectory {
    private DataDirectory() {}

    static ActorSystem open(Path directory) {
        throw new CommandFailure(ExitCode.FAILED, "not yet: " + directory);
    }

    static Proof.History history(Path directory) {
        throw new CommandFailure(ExitCode.FAILED, "not yet: " + directory);
    }
}
