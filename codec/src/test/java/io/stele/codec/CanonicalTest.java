package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.StateHash;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Equal values have equal canonical bytes, whatever order their sets and maps are iterated in. */
final class CanonicalTest {
    private final RecordCodec codec = RecordCodec.of(Shelf.class);

    record Book(String title, Set<String> tags) {}

    record Shelf(
            Map<String, Book> byTitle, Set<Book> lent, List<Integer> order, Map<Integer, Map<String, Long>> counts) {}

    private byte[] canonical(Object value) {
        ByteBuffer target = ByteBuffer.allocate(64 << 10);
        codec.encodeCanonical(value, target);
        byte[] bytes = new byte[target.flip().remaining()];
        target.get(bytes);
        return bytes;
    }

    private static <T> List<T> shuffled(List<T> all, Random random) {
        List<T> copy = new ArrayList<>(all);
        Collections.shuffle(copy, random);
        return copy;
    }

    private static Shelf shelf(Random random) {
        Map<String, Book> byTitle = new LinkedHashMap<>();
        Map<Integer, Map<String, Long>> counts = new LinkedHashMap<>();
        Set<Book> lent = new LinkedHashSet<>();
        for (int i : shuffled(List.of(1, 2, 3, 4, 5, 300, 70_000), random)) {
            Book book =
                    new Book("t".repeat(i % 40) + i, new LinkedHashSet<>(shuffled(List.of("a", "b", "ccc"), random)));
            byTitle.put(book.title(), book);
            lent.add(book);
            Map<String, Long> inner = new LinkedHashMap<>();
            shuffled(List.of("x", "y", "z"), random).forEach(key -> inner.put(key, (long) i));
            counts.put(i, inner);
        }
        return new Shelf(byTitle, lent, List.of(3, 1, 2), counts);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldWriteEqualValuesAlike(long seed) {
        Shelf one = shelf(new Random(seed));
        Shelf other = shelf(new Random(-seed));
        assertThat(one).as("seed=%d", seed).isEqualTo(other);

        assertThat(canonical(one)).as("seed=%d", seed).isEqualTo(canonical(other));
        assertThat(Samples.encode(codec, one))
                .as("order is kept otherwise, seed=%d", seed)
                .isNotEqualTo(Samples.encode(codec, other));
    }

    @Test
    void shouldBeReadBackAsAnEqualValue() {
        Shelf shelf = shelf(new Random(1));

        Object read = codec.decode(codec.typeOf(shelf), ByteBuffer.wrap(canonical(shelf)));

        assertThat(read).isEqualTo(shelf);
    }

    @Test
    void shouldKeepTheOrderOfLists() {
        Shelf shelf = new Shelf(Map.of(), Set.of(), List.of(1, 2), Map.of());
        Shelf turned = new Shelf(Map.of(), Set.of(), List.of(2, 1), Map.of());

        assertThat(hash(shelf)).isNotEqualTo(hash(turned)).isEqualTo(hash(shelf));
    }

    private long hash(Object value) {
        return StateHash.of(ByteBuffer.wrap(canonical(value)));
    }

    @Test
    void shouldFingerprintNameVersionAndShape() {
        @StoredName("thing")
        record One(long a) {}
        @StoredName(value = "thing", version = 2)
        record Two(long a) {}
        RecordCodec one = RecordCodec.of(One.class);
        RecordCodec two = RecordCodec.of(Two.class);

        assertThat(one.fingerprint(new StoredType("thing", 1)))
                .isNotZero()
                .isEqualTo(one.fingerprint(One.class))
                .isNotEqualTo(two.fingerprint(new StoredType("thing", 2)));
        assertThat(two.fingerprint(new StoredType("thing", 2))).isNotZero();
        assertThat(two.fingerprint(new StoredType("thing", 1)))
                .as("not written any more")
                .isZero();
        assertThat(one.fingerprint(new StoredType("other", 1))).isZero();
        assertThat(RecordCodec.of(One.class, Two.class).fingerprint(new StoredType("thing", 1)))
                .as("both versions are known")
                .isEqualTo(one.fingerprint(One.class));
    }
}
