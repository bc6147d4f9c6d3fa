package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationTest {
    private static final int WARM_UP = 50_000;
    private static final int MEASURED = 100_000;

    @TempDir
    Path directory;

    @Test
    void shouldAllocateNothingToAppend() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        JournalOptions options = TestJournal.options(directory).withSegmentBytes(64 << 20);
        try (ChronicleJournal journal = TestJournal.open(options, new FileSegmentStorage());
                EventStream stream = journal.open(TestJournal.ID)) {
            EventBatch batch = journal.newBatch();
            ByteBuffer payload = ByteBuffer.allocateDirect(104);
            append(journal, stream, batch, payload, WARM_UP);

            long before = threads.getCurrentThreadAllocatedBytes();
            append(journal, stream, batch, payload, MEASURED);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;

            assertThat((double) allocated / MEASURED).as("bytes per append").isLessThan(0.5);
        }
    }

    private static void append(
            ChronicleJournal journal, EventStream stream, EventBatch batch, ByteBuffer payload, int count) {
        long last = stream.lastSequenceNumber();
        for (int i = 1; i <= count; i++) {
            batch.begin(i);
            batch.add(TestJournal.TYPE, payload);
            journal.append(stream, last + i, batch);
            journal.requestSync(stream.lane());
        }
    }
}
