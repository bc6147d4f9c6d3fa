package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.journal.ControlRecords.EpochStart;
import io.stele.journal.ControlRecords.SegmentStart;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ControlRecordsTest {
    @Test
    void shouldReadASegmentStartBack() {
        SegmentStart start = new SegmentStart(new UUID(-1, 2), 255, 256, 8, 7, 7L << 32 | 4096, 0xdeadbeef);
        ByteBuffer body = ByteBuffer.allocate(ControlRecords.SEGMENT_BODY_BYTES);

        ControlRecords.write(body, start);

        assertThat(body.hasRemaining()).isFalse();
        assertThat(ControlRecords.readSegment(body.flip())).isEqualTo(start);
        assertThat(ControlRecords.readSegment(body.limit(55))).isNull();
    }

    @Test
    void shouldReadAnEpochBack() {
        EpochStart start = new EpochStart(4711, 1_767_225_600_000L, "boot", "höst", "1.2.3");
        ByteBuffer body = ByteBuffer.allocate(ControlRecords.EPOCH_BODY_BYTES_MAX);

        ControlRecords.write(body, start);

        assertThat(ControlRecords.readEpoch(body.flip())).isEqualTo(start);
        int lengthBytes = body.limit();
        for (int length = 0; length < lengthBytes; length++) {
            assertThat(ControlRecords.readEpoch(body.limit(length)))
                    .as("length=%d", length)
                    .isNull();
        }
    }

    @Test
    void shouldCutTextsThatAreTooLong() {
        EpochStart start = new EpochStart(1, 2, "b".repeat(300), "h".repeat(70_000), "");
        ByteBuffer body = ByteBuffer.allocate(ControlRecords.EPOCH_BODY_BYTES_MAX);

        ControlRecords.write(body, start);

        assertThat(ControlRecords.readEpoch(body.flip()))
                .isEqualTo(new EpochStart(1, 2, "b".repeat(255), "h".repeat(255), ""));
    }
}
