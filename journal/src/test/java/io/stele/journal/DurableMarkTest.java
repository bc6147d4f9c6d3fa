package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableMarkTest {
    @TempDir
    Path lane;

    private final ByteBuffer file = ByteBuffer.allocate(DurableMark.FILE_BYTES);

    @Test
    void shouldTakeTurnsAndGiveTheNewest() {
        for (int counter = 1; counter <= 5; counter++) {
            DurableMark mark = new DurableMark(counter * 100L, -counter, 77, counter);
            mark.encode(file, mark.slotOffsetBytes());
            assertThat(DurableMark.newest(file)).isEqualTo(mark);
        }
    }

    @Test
    void shouldGoOnWhenTheCounterWrapsAround() {
        DurableMark last = new DurableMark(1, 1, 1, Integer.MAX_VALUE);
        DurableMark wrapped = new DurableMark(2, 2, 2, Integer.MIN_VALUE);
        last.encode(file, last.slotOffsetBytes());
        wrapped.encode(file, wrapped.slotOffsetBytes());

        assertThat(DurableMark.newest(file)).isEqualTo(wrapped);
    }

    @Test
    void shouldFallBackWhateverBitOfTheNewestFlips() {
        DurableMark older = new DurableMark(100, 1, 9, 1);
        DurableMark newer = new DurableMark(200, 2, 9, 2);
        older.encode(file, older.slotOffsetBytes());
        newer.encode(file, newer.slotOffsetBytes());
        for (int bit = 0; bit < DurableMark.SLOT_BYTES * 8; bit++) {
            int at = newer.slotOffsetBytes() + bit / 8;
            byte whole = file.get(at);
            file.put(at, (byte) (whole ^ 1 << bit % 8));
            assertThat(DurableMark.newest(file)).as("bit=%d", bit).isEqualTo(older);
            file.put(at, whole);
        }
    }

    @Test
    void shouldReadFilesOfAnyLength() throws IOException {
        DurableMark mark = new DurableMark(100, 1, 9, 2);
        mark.encode(file, mark.slotOffsetBytes());
        assertThat(DurableMark.read(lane)).isNull();
        for (int length : new int[] {0, 1, 31, 32, 33, 4096, 4100, DurableMark.FILE_BYTES}) {
            byte[] bytes = new byte[length];
            file.get(0, bytes);
            Files.write(lane.resolve(SegmentFiles.DURABLE), bytes);
            assertThat(DurableMark.read(lane)).as("length=%d", length).isEqualTo(length < 32 ? null : mark);
        }
    }
}
