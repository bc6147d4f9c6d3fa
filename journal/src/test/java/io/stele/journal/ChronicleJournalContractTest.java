package io.stele.journal;

import io.stele.spi.Clock;
import io.stele.spi.EventJournal;
import io.stele.testkit.EventJournalContract;
import io.stele.testkit.InMemoryIndexStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class ChronicleJournalContractTest extends EventJournalContract {
    @TempDir
    Path directory;

    private final InMemoryIndexStore index = InMemoryIndexStore.open();

    @Override
    protected EventJournal openJournal() {
        JournalOptions options = JournalOptions.of(directory)
                .withLaneCount(2)
                .withSegmentBytes(8 << 20)
                .withFreeBytesMin(0);
        return ChronicleJournal.open(options, index.reopen(), Clock.system());
    }
}
