package io.stele.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot includes at least one event. */
final class SnapshotTest {

    private static final PersistenceId ID = new PersistenceId("bank-account", "42");

    @Test
    void shouldKeepWhatItWasGiven() {
        ByteBuffer payload = ByteBuffer.wrap(new byte[] {1, 2});
        ByteBuffer attachment = ByteBuffer.allocate(0);

        Snapshot snapshot = new Snapshot(ID, 1, 77, 5, new StoredType("account", 2), payload, attachment);

        assertThat(snapshot.payload()).isSameAs(payload);
        assertThat(snapshot.attachment()).isSameAs(attachment);
        assertThat(snapshot.sequenceNumber()).isEqualTo(1);
        assertThat(snapshot.position()).isEqualTo(77);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void shouldRefuseToIncludeNothing(long sequenceNumber) {
        ByteBuffer empty = ByteBuffer.allocate(0);

        assertThatThrownBy(() -> new Snapshot(ID, sequenceNumber, 0, 0, new StoredType("account", 1), empty, empty))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("persistenceId=bank-account/42")
                .hasMessageContaining("sequenceNumber=" + sequenceNumber);
    }
}
