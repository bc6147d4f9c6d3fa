package io.stele.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class StateHashTest {

    /** Hashes stand in journals and snapshots: the check values of both sums, as everybody publishes them. */
    @Test
    void shouldStayTheSameForEver() {
        ByteBuffer check = ByteBuffer.wrap("123456789".getBytes(StandardCharsets.US_ASCII));

        assertThat(StateHash.of(check)).isEqualTo(0xe3069283_cbf43926L);
        assertThat(check.remaining()).as("left as it is").isEqualTo(9);
    }

    @Test
    void shouldDifferForEveryFlippedBit() {
        byte[] state = "a state of some length, as states are".getBytes(StandardCharsets.US_ASCII);
        Set<Long> hashes = new HashSet<>();
        hashes.add(StateHash.of(ByteBuffer.wrap(state)));
        for (int bit = 0; bit < state.length * Byte.SIZE; bit++) {
            byte[] flipped = state.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            hashes.add(StateHash.of(ByteBuffer.wrap(flipped)));
        }

        assertThat(hashes).hasSize(state.length * Byte.SIZE + 1);
    }
}
