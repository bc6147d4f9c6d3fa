package io.stele.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import io.stele.testkit.Fault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordViewTest {
    private final RecordView view = new RecordView();

    @Test
    void shouldShowEveryField() {
        byte[] record = RecordFixture.events("bank-account/ä/42", 7)
                .epoch(3)
                .previousPosition(99)
                .metadata("meta".getBytes(UTF_8))
                .chainCrc(0xcafebabe)
                .event(new StoredType("deposited", 2), "one".getBytes(UTF_8))
                .event("closed", "")
                .bytes();
        RecordBytes bytes = new RecordBytes(4096);
        bytes.target.put(20, record);

        assertThat(view.read(bytes, 20, record.length, 1234)).isNull();

        assertThat(view.isEvents()).isTrue();
        assertThat(view.isNote()).isFalse();
        assertThat(view.persistenceId()).isEqualTo(new PersistenceId("bank-account", "ä/42"));
        assertThat(view.isOf("bank-account/ä/42".getBytes(UTF_8))).isTrue();
        assertThat(view.isOf("bank-account/ä/43".getBytes(UTF_8))).isFalse();
        assertThat(view.firstSequenceNumber()).isEqualTo(7);
        assertThat(view.lastSequenceNumber()).isEqualTo(8);
        assertThat(view.previousPosition()).isEqualTo(99);
        assertThat(view.epoch()).isEqualTo(3);
        assertThat(view.timestampMs()).isEqualTo(1_000);
        assertThat(view.position()).isEqualTo(1234);
        assertThat(view.chainCrc()).isEqualTo(0xcafebabe);
        assertThat(view.crc()).isEqualTo(RecordFixture.crcOf(record));
        assertThat(text(view.metadata())).isEqualTo("meta");
        assertThat(view.batchCount()).isEqualTo(2);
        assertThatThrownBy(view::payload).isInstanceOf(IllegalStateException.class);

        assertThat(view.nextEvent()).isTrue();
        assertThat(view.sequenceNumber()).isEqualTo(7);
        assertThat(view.batchIndex()).isZero();
        assertThat(view.type()).isEqualTo(new StoredType("deposited", 2));
        assertThat(text(view.payload())).isEqualTo("one");
        assertThat(view.payload().isReadOnly()).isTrue();
        assertThat(view.payload().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(view.nextEvent()).isTrue();
        assertThat(view.sequenceNumber()).isEqualTo(8);
        assertThat(view.type()).isEqualTo(new StoredType("closed", 1));
        assertThat(view.payload().hasRemaining()).isFalse();
        assertThat(view.nextEvent()).isFalse();
        assertThat(view.sequenceNumber()).isEqualTo(8);

        view.rewind();
        assertThat(view.nextEvent()).isTrue();
        assertThat(view.sequenceNumber()).isEqualTo(7);
    }

    @Test
    void shouldShowANote() {
        byte[] record = RecordFixture.events("account/1", 5)
                .metadata("reply".getBytes(UTF_8))
                .bytes();

        assertThat(read(record)).isNull();

        assertThat(view.isNote()).isTrue();
        assertThat(view.nextEvent()).isFalse();
        assertThat(view.sequenceNumber()).isEqualTo(5);
        assertThat(view.batchCount()).isZero();
        assertThat(text(view.metadata())).isEqualTo("reply");
        assertThatThrownBy(view::type).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldInternNames() {
        byte[] record = RecordFixture.events("account/1", 5).event("a", "x").bytes();
        read(record);
        view.nextEvent();
        PersistenceId id = view.persistenceId();
        StoredType type = view.type();

        read(RecordFixture.events("account/2", 5).event("b", "x").bytes());
        view.nextEvent();
        assertThat(view.persistenceId()).isEqualTo(new PersistenceId("account", "2"));
        assertThat(view.type()).isEqualTo(new StoredType("b", 1));
        read(record);
        view.nextEvent();

        assertThat(view.persistenceId()).isSameAs(id);
        assertThat(view.type()).isSameAs(type);
    }

    /** Fields that no writer could have written, under a checksum that matches: a bug or a forgery, never trusted. */
    @ParameterizedTest
    @CsvSource({
        "0, 2, 1, version=2",
        "1, 0, 1, kind=0",
        "1, 8, 1, kind=8",
        "1, 2, 1, sequenceNumber=1",
        "2, 1, 1, flags=1",
        "4, 60, 4, lengthBytes=60",
        "8, 0, 8, epoch=0",
        "16, 0, 8, sequenceNumber=0",
        "16, 9223372036854775807, 8, sequenceNumber=9223372036854775807",
        "24, -1, 8, previousPosition=-1",
        "40, 0, 2, sequenceNumber=1",
        "40, 65535, 2, idBytes=65535",
        "42, 2, 2, batchIndex=1",
        "42, 0, 2, belong to nothing",
        "44, -1, 4, metadataBytes=-1",
        "44, 2147483647, 4, metadataBytes=2147483647",
        "57, 0, 2, typeBytes=0",
        "57, 201, 2, typeBytes=201",
        "59, 0, 2, batchIndex=0",
        "61, -5, 4, payloadBytes=-5",
        "61, 2147483647, 4, payloadBytes=2147483647",
        "61, 0, 4, belong to nothing",
        "71, 1, 1, not padded"
    })
    void shouldRefuseWhatCannotHaveBeenWritten(int at, long value, int bytes, String reason) {
        byte[] record = RecordFixture.events("account/1", 1).event("t", "abcde").bytes();
        ByteBuffer patch = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        switch (bytes) {
            case 1 -> patch.put(at, (byte) value);
            case 2 -> patch.putShort(at, (short) value);
            case 4 -> patch.putInt(at, (int) value);
            default -> patch.putLong(at, value);
        }
        RecordFixture.seal(record);

        assertThat(read(record)).contains(reason);
    }

    @Test
    @Fault("F33")
    void shouldRefuseAnIdThatIsNone() {
        read(RecordFixture.events("no-slash", 1).event("t", "").bytes());

        assertThatThrownBy(view::persistenceId)
                .isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining("offsetBytes=0");
    }

    @Test
    void shouldNoticeEveryFlippedBit() {
        byte[] record = RecordFixture.events("account/1", 1)
                .metadata(new byte[] {1, 2})
                .event("t", "abcde")
                .bytes();
        for (int bit = 0; bit < record.length * 8; bit++) {
            record[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(read(record)).as("bit=%d", bit).isNotNull();
            record[bit / 8] ^= (byte) (1 << bit % 8);
        }
        assertThat(read(record)).isNull();
    }

    /** Random fields under a matching checksum: an answer, never an exception, and what is accepted can be walked. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveForgeries(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 50_000; round++) {
            byte[] record =
                    RecordFixture.events("account/1", 1).event("t", "abcdefgh").bytes();
            for (int i = random.nextInt(4); i >= 0; i--) {
                record[random.nextInt(record.length - 4)] = (byte) random.nextInt(256);
            }
            RecordFixture.seal(record);
            if (read(record) == null) {
                int payloadBytes = 0;
                while (view.nextEvent()) {
                    payloadBytes += view.payload().remaining();
                }
                assertThat(payloadBytes + view.metadata().remaining())
                        .as("seed=%d, round=%d", seed, round)
                        .isLessThan(record.length);
            }
        }
    }

    private @Nullable String read(byte[] record) {
        return view.read(new RecordBytes(record), 0, record.length, 0);
    }

    private static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes).toString();
    }
}
