package io.stele.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TimerNoteTest {
    private static final PersistenceId ACTOR = new PersistenceId("order", "1");

    private final Map<String, DurableTimer> timers = new LinkedHashMap<>();

    private static DurableTimer timer(String name, long dueMs, int bytes) {
        return new DurableTimer(ACTOR, name, dueMs, new StoredType("remind", 3), ByteBuffer.wrap(new byte[bytes]));
    }

    @Test
    void shouldStartReplaceAndRemove() {
        ByteBuffer changes = ByteBuffer.allocate(1_000).order(ByteOrder.LITTLE_ENDIAN);
        TimerNote.started(timer("a", 10, 3), changes);
        TimerNote.started(timer("ü€", -7, 0), changes);
        TimerNote.started(timer("a", 11, 5), changes);
        TimerNote.gone("nobody", changes);
        TimerNote.gone("ü€", changes);

        TimerNote.applyAll(ACTOR, changes.flip(), timers);

        assertThat(timers).containsExactly(Map.entry("a", timer("a", 11, 5)));
    }

    @Test
    void shouldComeBackFromASnapshot() {
        List<DurableTimer> all = List.of(timer("a", 1, 3), timer("b", 2, 0));

        TimerNote.applyAll(ACTOR, TimerNote.encode(all), timers);

        assertThat(timers.values()).containsExactlyElementsOf(all);
    }

    /** Whatever is cut or flipped: it is read as something else, or refused, and nothing else is thrown. */
    @Test
    void shouldRefuseWhatIsNotLaidOutAsItMustBe() {
        ByteBuffer encoded = TimerNote.encode(List.of(timer("name", 1, 9)));
        byte[] good = new byte[encoded.remaining()];
        encoded.get(good);
        SplittableRandom random = new SplittableRandom(11);
        int refused = 0;
        for (int length = 0; length < good.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(good, length);
            if (length > 0) {
                assertThatThrownBy(() -> TimerNote.applyAll(ACTOR, ByteBuffer.wrap(cut), timers))
                        .as("length=%d", length)
                        .isInstanceOf(CorruptJournalException.class);
            }
            byte[] flipped = good.clone();
            flipped[length] ^= (byte) (1 << random.nextInt(8));
            try {
                TimerNote.applyAll(ACTOR, ByteBuffer.wrap(flipped), new LinkedHashMap<>());
            } catch (CorruptJournalException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed=11").isPositive();
    }
}
