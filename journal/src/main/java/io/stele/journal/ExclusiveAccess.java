package io.stele.journal;

import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.Path;

/** Does something beside a journal while nobody can open it for writing. Any thread. */
public final class ExclusiveAccess {
    private ExclusiveAccess() {}

    /**
     * Takes the lock of a journal, runs {@code work} on the calling thread, and gives the lock back. Reads and writes nothing else.
     *
     * @param directory of the journal; exists
     * @throws io.stele.spi.JournalInUseException if somebody has the journal open; {@code work} was not run
     * @throws JournalException if the lock cannot be taken or given back
     */
    public static void during(Path directory, Runnable work) {
        JournalLock lock;
        try {
            lock = JournalLock.acquire(directory);
        } catch (IOException e) {
            throw new JournalException(
                    "lock cannot be taken; nothing was changed: directory=" + directory + ", cause=" + e, e);
        }
        try {
            work.run();
        } finally {
            lock.close();
        }
    }
}
