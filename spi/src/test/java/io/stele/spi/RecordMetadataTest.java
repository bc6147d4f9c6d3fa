package io.stele.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata reads back as it was put, in any order, and damage is said. */
final class RecordMetadataTest {

    private static final byte UNKNOWN = (byte) 200;

    @Test
    void shouldReadBackEveryField() {
        ByteBuffer metadata = ByteBuffer.allocate(200);
        RecordMetadata.put(metadata, RecordMetadata.TAGS, "a\0b");
        RecordMetadata.put(metadata, UNKNOWN, "passed over");
        RecordMetadata.put(metadata, RecordMetadata.COMMAND_ID, "größe 😀");
        RecordMetadata.put(metadata, RecordMetadata.REPLY, ByteBuffer.wrap(new byte[] {1, 2, 3}, 1, 2));
        RecordMetadata.put(metadata, RecordMetadata.TRACE_CONTEXT, "");
        metadata.flip();

        assertThat(RecordMetadata.findText(metadata, RecordMetadata.COMMAND_ID)).isEqualTo("größe 😀");
        assertThat(RecordMetadata.findText(metadata, RecordMetadata.TAGS)).isEqualTo("a\0b");
        assertThat(RecordMetadata.findText(metadata, RecordMetadata.TRACE_CONTEXT))
                .isEmpty();
        assertThat(RecordMetadata.find(metadata, RecordMetadata.REPLY))
                .isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}))
                .satisfies(reply -> assertThat(reply.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN));
        assertThat(RecordMetadata.find(metadata, RecordMetadata.REPLY_TYPE)).isNull();
        assertThat(RecordMetadata.findText(metadata, RecordMetadata.REPLY_TYPE)).isNull();
        assertThat(metadata.position()).isZero();
    }

    @Test
    void shouldKeepItsLayoutForEver() {
        ByteBuffer metadata = ByteBuffer.allocate(100);
        RecordMetadata.put(metadata, RecordMetadata.COMMAND_ID, "c1");
        RecordMetadata.put(metadata, RecordMetadata.TAGS, "t".repeat(3));

        assertThat(HexFormat.of().formatHex(metadata.array(), 0, metadata.position()))
                .isEqualTo("01" + "0200" + "6331" + "05" + "0300" + "747474");
        assertThat(metadata.position()).isEqualTo(RecordMetadata.sizeBytes(2) + RecordMetadata.sizeBytes(3));
        assertThat(metadata.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }

    @Test
    void shouldFindNothingInNothing() {
        assertThat(RecordMetadata.find(ByteBuffer.allocate(0), RecordMetadata.TAGS))
                .isNull();
    }

    /** Cuts at every length: only the ends of fields are ends. */
    @Test
    void shouldSayWhenItEndsInsideAField() {
        ByteBuffer metadata = ByteBuffer.allocate(100);
        RecordMetadata.put(metadata, RecordMetadata.COMMAND_ID, "c1");
        RecordMetadata.put(metadata, RecordMetadata.TAGS, "tag");
        Set<Integer> ends = Set.of(0, 5, 11);

        for (int length = 0; length <= 11; length++) {
            ByteBuffer cut = ByteBuffer.wrap(metadata.array(), 0, length);
            if (ends.contains(length)) {
                assertThat(RecordMetadata.find(cut, UNKNOWN))
                        .as("length=%d", length)
                        .isNull();
            } else {
                assertThatThrownBy(() -> RecordMetadata.find(cut, UNKNOWN))
                        .as("length=%d", length)
                        .isInstanceOf(CorruptJournalException.class)
                        .hasMessageContaining("lengthBytes=" + length);
            }
        }
    }

    @Test
    void shouldTake65535BytesButNotOneMore() {
        ByteBuffer target = ByteBuffer.allocate(100_000);

        RecordMetadata.put(target, RecordMetadata.REPLY, ByteBuffer.allocate(0xffff));

        assertThat(target.position()).isEqualTo(0xffff + 3);
        assertThat(RecordMetadata.find(target.flip(), RecordMetadata.REPLY))
                .satisfies(reply -> assertThat(reply.remaining()).isEqualTo(0xffff));
        target.clear();
        assertThatThrownBy(() -> RecordMetadata.put(target, RecordMetadata.REPLY, ByteBuffer.allocate(0x10000)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("lengthBytes=65536");
        assertThat(target.position()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5})
    void shouldLeaveTheTargetAsItIsWhenThereIsTooLittleRoom(int room) {
        ByteBuffer target = ByteBuffer.allocate(room);

        assertThatThrownBy(() -> RecordMetadata.put(target, RecordMetadata.TAGS, "abc"))
                .isInstanceOf(BufferOverflowException.class);

        assertThat(target.position()).isZero();
        assertThat(target.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        assertThat(target).isEqualTo(ByteBuffer.allocate(room));
    }
}
