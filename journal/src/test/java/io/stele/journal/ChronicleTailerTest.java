package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we write behind Chronicle's back is what Chronicle would have written: its own reader finds every record. */
class ChronicleTailerTest {
    private static final int EVENTS = 60_000;

    @TempDir
    Path directory;

    @Test
    void shouldWriteWhatChronicleReads() throws IOException {
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.append(journal, TestJournal.ID, EVENTS / 2);
        }
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.append(journal, TestJournal.ID, EVENTS / 2);
        }
        int segments = TestJournal.segments(directory, 0).size();
        assertThat(segments).isGreaterThan(3);

        List<Byte> kinds = new ArrayList<>();
        ChronicleRuntime.prepare();
        Path lane = SegmentFiles.laneDirectory(directory, 0);
        Files.delete(lane.resolve(SegmentFiles.CHRONICLE_METADATA)); // names the segments of the last opening only
        try (SingleChronicleQueue queue = SingleChronicleQueueBuilder.binary(lane)
                        .rollCycle(new SegmentRollCycle())
                        .readOnly(true)
                        .build();
                ExcerptTailer tailer = queue.createTailer()) {
            Bytes<?> content = Bytes.allocateElasticOnHeap();
            while (tailer.readBytes(content.clear())) {
                assertThat(content.readByte(RecordLayout.VERSION_AT)).isEqualTo(RecordLayout.VERSION);
                assertThat(content.readInt(RecordLayout.LENGTH_AT)).isEqualTo((int) content.readRemaining());
                kinds.add(content.readByte(RecordLayout.KIND_AT));
            }
        }

        assertThat(kinds).filteredOn(kind -> kind == RecordLayout.KIND_EVENTS).hasSize(EVENTS);
        assertThat(kinds).filteredOn(kind -> kind == RecordLayout.KIND_SEGMENT).hasSize(segments);
        assertThat(kinds).filteredOn(kind -> kind == RecordLayout.KIND_SEAL).hasSize(segments);
    }
}
