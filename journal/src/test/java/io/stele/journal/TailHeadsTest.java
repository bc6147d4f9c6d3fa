package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.PersistenceId;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TailHeadsTest {

    /** Records of few and of many actors by chance, some with a record in front of the part that is read, compared with a map. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldFindWhatAMapFinds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int actors = seed % 2 == 0 ? 3 : 5_000;
        TailHeads heads = new TailHeads();
        Map<PersistenceId, Head> expected = new HashMap<>();
        Map<PersistenceId, Long> before = new HashMap<>();
        RecordView view = new RecordView();
        long position = RecordLayout.position(3, 1_000);
        for (int i = 0; i < 20_000; i++) {
            PersistenceId id = new PersistenceId("account", Integer.toString(random.nextInt(actors)));
            Head last = expected.get(id);
            long number = last == null ? random.nextInt(1, 100) : last.sequenceNumber() + 1;
            long previous = last != null
                    ? last.position()
                    : number == 1 ? 0 : before.computeIfAbsent(id, absent -> random.nextLong(4, 1_000) << 2);
            byte[] bytes = RecordFixture.events(id.encoded(), number)
                    .previousPosition(previous)
                    .event("t", "x")
                    .epoch(1)
                    .bytes();
            assertThat(view.read(new RecordBytes(bytes), 0, bytes.length, position))
                    .isNull();
            heads.add(view);
            expected.put(id, new Head(number, position));
            position += 4L * random.nextInt(1, 200);
        }

        Map<PersistenceId, Head> found = new HashMap<>();
        heads.forEach((id, head) -> assertThat(found.put(id, head)).isNull());

        assertThat(found).as("seed=%d", seed).isEqualTo(expected);
        assertThat(heads.count()).as("seed=%d", seed).isEqualTo(expected.size());
    }
}
