package io.stele.runtime;

import io.stele.recovery.RecoveryRates;
import io.stele.spi.IndexStore;
import java.nio.ByteBuffer;

/**
 * What recoveries took, kept from one opening to the next.
 *
 * <pre>
 *   key     [ 0xff ][ 0xff ][ 'r' ]
 *   value   [ format 1 = 1 ][ actors 8 ][ events 8 ][ payload bytes 8 ][ replay ns 8 ][ overhead ns 8 ]      big-endian
 * </pre>
 *
 * <p>A cache: without it a plan assumes that recovery is slow. Any thread.
 */
final class RatesStore {
    private static final byte[] KEY = {(byte) 0xff, (byte) 0xff, 'r'};
    private static final byte FORMAT = 1;
    private static final int VALUE_BYTES = 1 + 5 * Long.BYTES;

    private RatesStore() {}

    static RecoveryRates load(IndexStore store) {
        byte[] value = store.get(KEY);
        if (value == null || value.length != VALUE_BYTES || value[0] != FORMAT) {
            return RecoveryRates.NONE;
        }
        ByteBuffer source = ByteBuffer.wrap(value, 1, VALUE_BYTES - 1);
        return new RecoveryRates(
                source.getLong(), source.getLong(), source.getLong(), source.getLong(), source.getLong());
    }

    static void save(IndexStore store, RecoveryRates rates) {
        ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES)
                .put(FORMAT)
                .putLong(rates.recoveredCount())
                .putLong(rates.eventsReplayed())
                .putLong(rates.payloadBytes())
                .putLong(rates.replayNs())
                .putLong(rates.overheadNs())
                .flip();
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.put(ByteBuffer.wrap(KEY), value);
            writer.commit();
        }
        store.flush();
    }
}
