package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import io.stele.testkit.Transcript.Line;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes into a batch and how much of it: sizes, limits, codecs, types, timestamps, ids. */
abstract class JournalBatchCases extends JournalAppendCases {
    private static final PersistenceId ACTOR = actor("1");

    /** Writes a string's characters as little-endian numbers, and refuses {@code "unwritable"} half way through. */
    private static final PayloadCodec CODEC = new PayloadCodec() {
        @Override
        public StoredType typeOf(Object value) {
            return new StoredType("text", 3);
        }

        @Override
        public void encode(Object value, ByteBuffer target) {
            int start = target.position();
            ByteOrder order = target.order();
            target.order(ByteOrder.LITTLE_ENDIAN);
            try {
                ((String) value).chars().forEach(target::putInt);
            } catch (BufferOverflowException e) {
                target.position(start);
                throw e;
            } finally {
                target.order(order);
            }
            if (value.equals("unwritable")) {
                throw new PayloadCodecException("refused by the test");
            }
        }

        @Override
        public Object decode(StoredType type, ByteBuffer payload) {
            throw new PayloadCodecException("this codec only writes");
        }
    };

    private static ByteBuffer encoded(String text) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * text.length()).order(ByteOrder.LITTLE_ENDIAN);
        text.chars().forEach(bytes::putInt);
        return bytes.flip();
    }

    /** Appends the batch as the next record of {@link #ACTOR} and returns everything of that actor. */
    private Transcript appended(EventBatch batch) {
        try (EventStream stream = journal.open(ACTOR)) {
            journal.append(stream, stream.lastSequenceNumber() + 1, batch);
        }
        return replay(ACTOR);
    }

    @Test
    void shouldCountEventsAndBytes() {
        EventBatch batch = emptyBatch();
        assertThat(batch.eventCount()).isZero();
        assertThat(batch.sizeBytes()).isZero();

        batch.metadata(utf8("12345"));
        assertThat(batch.sizeBytes()).isEqualTo(5);
        batch.add(TYPE, utf8("123"));
        batch.add(TYPE, utf8(""));
        assertThat(batch.eventCount()).isEqualTo(2);
        assertThat(batch.sizeBytes()).isEqualTo(8);

        batch.begin(NOW_MS);
        assertThat(batch.eventCount()).isZero();
        assertThat(batch.sizeBytes()).isZero();
    }

    @Test
    void shouldStoreAnEmptyPayload() {
        assertThat(appended(batchOf("")).payloads()).isEqualTo(utf8s(""));
    }

    @Test
    void shouldStorePayloadsAroundEveryPowerOfTwo() {
        List<ByteBuffer> expected = new ArrayList<>();
        for (int size = 1; size <= journal.payloadBytesMax() / 2; size *= 2) {
            for (int lengthBytes = size - 1; lengthBytes <= size + 1; lengthBytes++) {
                expected.add(pattern(lengthBytes, expected.size()));
            }
        }
        EventBatch batch = journal.newBatch();
        try (EventStream stream = journal.open(ACTOR)) {
            for (ByteBuffer payload : expected) {
                batch.begin(NOW_MS);
                batch.add(TYPE, payload.duplicate());
                journal.append(stream, stream.lastSequenceNumber() + 1, batch);
            }
        }

        assertThat(replay(ACTOR).payloads()).isEqualTo(expected);
    }

    @Test
    void shouldStoreTheLargestPayload() {
        ByteBuffer largest = pattern(journal.payloadBytesMax(), 5);
        EventBatch batch = emptyBatch();
        batch.add(TYPE, largest.duplicate());

        assertThat(batch.sizeBytes()).isEqualTo(journal.payloadBytesMax());
        assertThat(appended(batch).payloads()).containsExactly(largest);
    }

    @Test
    void shouldRefuseOneByteMoreAndLeaveTheBatchAsItWas() {
        EventBatch batch = batchOf("kept");
        ByteBuffer tooMuch = pattern(journal.payloadBytesMax() - 3, 1);

        assertThatThrownBy(() -> batch.add(TYPE, tooMuch)).isInstanceOf(JournalException.class);

        assertThat(batch.eventCount()).isEqualTo(1);
        assertThat(batch.sizeBytes()).isEqualTo(4);
        assertThat(journal.failure(journal.lane(ACTOR))).isNull();
        batch.add(TYPE, utf8("also"));
        assertThat(appended(batch).payloads()).isEqualTo(utf8s("kept", "also"));
    }

    @Test
    void shouldCountTheMetadataTowardsTheLimit() {
        EventBatch batch = emptyBatch();
        batch.metadata(pattern(100, 1));
        ByteBuffer rest = pattern(journal.payloadBytesMax() - 100, 2);

        assertThatThrownBy(() -> batch.add(TYPE, pattern(journal.payloadBytesMax() - 99, 2)))
                .isInstanceOf(JournalException.class);
        batch.add(TYPE, rest.duplicate());

        Line line = appended(batch).events().get(0);
        assertThat(line.metadata()).isEqualTo(pattern(100, 1));
        assertThat(line.payload()).isEqualTo(rest);
    }

    @Test
    void shouldKeepToTheLimitInABatchThatHasGrown() {
        EventBatch batch = emptyBatch();
        batch.add(TYPE, pattern(journal.payloadBytesMax(), 1));
        batch.begin(NOW_MS);
        batch.metadata(pattern(100, 1));

        assertThatThrownBy(() -> batch.add(TYPE, pattern(journal.payloadBytesMax() - 99, 2)))
                .isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> batch.add(CODEC, "x".repeat((journal.payloadBytesMax() - 100) / 4 + 1)))
                .isInstanceOf(JournalException.class);

        batch.add(TYPE, pattern(journal.payloadBytesMax() - 100, 2));
        assertThat(appended(batch).payloads()).containsExactly(pattern(journal.payloadBytesMax() - 100, 2));
    }

    @Test
    void shouldRefuseMoreEventsThanTheMost() {
        EventBatch batch = emptyBatch();
        for (int i = 0; i < EventBatch.EVENT_COUNT_MAX; i++) {
            batch.add(TYPE, utf8(""));
        }

        assertThatThrownBy(() -> batch.add(TYPE, utf8(""))).isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> batch.add(CODEC, "")).isInstanceOf(JournalException.class);

        assertThat(batch.eventCount()).isEqualTo(EventBatch.EVENT_COUNT_MAX);
    }

    @Test
    void shouldRefuseMetadataThatIsTooLongAndLeaveTheBatchAsItWas() {
        EventBatch batch = emptyBatch();
        batch.metadata(utf8("kept"));

        assertThatThrownBy(() -> batch.metadata(ByteBuffer.allocate(EventBatch.METADATA_BYTES_MAX + 1)))
                .isInstanceOf(JournalException.class);

        assertThat(batch.sizeBytes()).isEqualTo(4);
        batch.add(TYPE, utf8("1"));
        assertThat(appended(batch).events()).extracting(Line::metadata).containsExactly(utf8("kept"));
    }

    @Test
    void shouldStoreTheLongestMetadata() {
        int lengthBytes = Math.min(EventBatch.METADATA_BYTES_MAX, journal.payloadBytesMax());
        EventBatch batch = emptyBatch();
        batch.metadata(pattern(lengthBytes, 3));
        try (EventStream stream = journal.open(ACTOR)) {
            journal.append(stream, 0, batch);
        }

        assertThat(replay(ACTOR).notes()).extracting(Line::metadata).containsExactly(pattern(lengthBytes, 3));
    }

    @Test
    void shouldCopyWhatIsAddedFromPositionToLimit() {
        byte[] array = {9, 1, 2, 9};
        ByteBuffer heap = ByteBuffer.wrap(array, 1, 2);
        ByteBuffer direct = ByteBuffer.allocateDirect(4).put(array).position(1).limit(3);
        EventBatch batch = emptyBatch();
        batch.metadata(heap.duplicate());
        batch.add(TYPE, heap.duplicate());
        batch.add(TYPE, heap.duplicate().asReadOnlyBuffer());
        batch.add(TYPE, direct);
        array[1] = 8;
        direct.clear().put(0, (byte) 8).put(1, (byte) 8);

        Transcript transcript = appended(batch);

        ByteBuffer expected = ByteBuffer.wrap(new byte[] {1, 2});
        assertThat(transcript.payloads()).containsExactly(expected, expected, expected);
        assertThat(transcript.events().get(0).metadata()).isEqualTo(expected);
    }

    @Test
    void shouldReuseABatchAtOnce() {
        EventBatch batch = journal.newBatch();
        try (EventStream stream = journal.open(ACTOR)) {
            for (int i = 1; i <= 100; i++) {
                batch.begin(NOW_MS + i);
                batch.add(TYPE, pattern(i % 7 * 50, i));
                journal.append(stream, i, batch);
            }
        }

        List<Line> lines = replay(ACTOR).lines();
        assertThat(lines).hasSize(100);
        assertThat(lines).allSatisfy(line -> {
            int i = (int) line.sequenceNumber();
            assertThat(line.payload()).isEqualTo(pattern(i % 7 * 50, i));
            assertThat(line.timestampMs()).isEqualTo(NOW_MS + i);
        });
    }

    @Test
    void shouldForgetWhatWasAddedBeforeBegin() {
        EventBatch batch = batchOf("dropped", "dropped");
        batch.begin(NOW_MS);
        batch.add(TYPE, utf8("kept"));

        assertThat(appended(batch).payloads()).isEqualTo(utf8s("kept"));
    }

    @Test
    void shouldAppendOneBatchToSeveralStreams() {
        EventBatch batch = batchOf("same");
        try (EventStream one = journal.open(actor("one"));
                EventStream two = journal.open(actor("two"))) {
            journal.append(one, 1, batch);
            batch.begin(NOW_MS);
            batch.add(TYPE, utf8("other"));
            journal.append(two, 1, batch);
        }

        assertThat(replay(actor("one")).payloads()).isEqualTo(utf8s("same"));
        assertThat(replay(actor("two")).payloads()).isEqualTo(utf8s("other"));
    }

    @Test
    void shouldEncodeIntoTheBatchAndGrow() {
        String large = "large".repeat(journal.payloadBytesMax() / 64);
        EventBatch batch = emptyBatch();
        batch.add(CODEC, "small");
        batch.add(CODEC, large);
        batch.add(CODEC, "");

        Transcript transcript = appended(batch);

        assertThat(transcript.payloads()).containsExactly(encoded("small"), encoded(large), encoded(""));
        assertThat(transcript.events()).extracting(Line::type).containsOnly(new StoredType("text", 3));
    }

    @Test
    void shouldLeaveTheBatchAsItWasWhenTheCodecRefuses() {
        EventBatch batch = batchOf("kept");

        assertThatThrownBy(() -> batch.add(CODEC, "unwritable")).isInstanceOf(PayloadCodecException.class);

        assertThat(batch.eventCount()).isEqualTo(1);
        assertThat(batch.sizeBytes()).isEqualTo(4);
        batch.add(CODEC, "x");
        assertThat(appended(batch).payloads()).containsExactly(utf8("kept"), encoded("x"));
    }

    @Test
    void shouldLeaveTheBatchAsItWasWhenAnEncodedEventIsTooLarge() {
        EventBatch batch = batchOf("kept");
        String tooLarge = "x".repeat(journal.payloadBytesMax() / 4 + 1);

        assertThatThrownBy(() -> batch.add(CODEC, tooLarge)).isInstanceOf(JournalException.class);

        assertThat(batch.eventCount()).isEqualTo(1);
        assertThat(batch.sizeBytes()).isEqualTo(4);
        assertThat(appended(batch).payloads()).isEqualTo(utf8s("kept"));
    }

    @Test
    void shouldKeepTypesAndTheirVersions() {
        List<StoredType> types = List.of(
                new StoredType("a", 1),
                new StoredType("a", 2),
                new StoredType("a", 65_535),
                new StoredType("überwiesen", 1),
                new StoredType("n".repeat(StoredType.NAME_BYTES_MAX), 32_768));
        EventBatch batch = emptyBatch();
        types.forEach(type -> batch.add(type, utf8("x")));

        assertThat(appended(batch).events()).extracting(Line::type).isEqualTo(types);
    }

    @Test
    void shouldKeepTimestampsAndNotOrderByThem() {
        List<Long> timestamps = List.of(NOW_MS, 0L, NOW_MS - 1, Long.MAX_VALUE, -1L);
        try (EventStream stream = journal.open(ACTOR)) {
            for (long timestampMs : timestamps) {
                EventBatch batch = journal.newBatch();
                batch.begin(timestampMs);
                batch.add(TYPE, utf8("x"));
                journal.append(stream, stream.lastSequenceNumber() + 1, batch);
            }
        }

        assertThat(replay(ACTOR).events()).extracting(Line::timestampMs).isEqualTo(timestamps);
    }

    @Test
    void shouldTakeIdsOfTheGreatestLength() {
        PersistenceId ascii = actor("x".repeat(PersistenceId.LENGTH_BYTES_MAX - "contract/".length()));
        PersistenceId wide = actor("é".repeat((PersistenceId.LENGTH_BYTES_MAX - "contract/".length()) / 2));
        appendEach(ascii, "a");
        appendEach(wide, "w");

        reopen();

        assertThat(replay(ascii).payloads()).isEqualTo(utf8s("a"));
        assertThat(replay(wide).payloads()).isEqualTo(utf8s("w"));
    }

    @Test
    void shouldKeepIdsApartThatOnlyLookAlike() {
        List<PersistenceId> ids = List.of(
                actor("a"),
                actor("A"),
                actor("a "),
                actor("a/b"),
                actor("a//b"),
                actor("é"),
                actor("e\u0301"),
                actor("\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67"),
                actor("\uD83D\uDC68"),
                actor("\u202Ea"),
                actor("\uFFFD"),
                actor("%2e%2e"),
                new PersistenceId("contract-a", "a"));
        ids.forEach(id -> appendEach(id, "first of " + id.encoded(), "second of " + id.encoded()));

        reopen();

        assertThat(ids).allSatisfy(id -> {
            Transcript transcript = replay(id);
            assertThat(transcript.payloads()).isEqualTo(utf8s("first of " + id.encoded(), "second of " + id.encoded()));
            assertThat(transcript.lines()).extracting(Line::persistenceId).containsOnly(id);
        });
    }
}
