package io.stele.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.IndexStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksIndexStoreTest {

    @TempDir
    private Path directory;

    private SnapshotStoreOptions options() {
        return SnapshotStoreOptions.of(directory);
    }

    @Test
    void shouldShowChangesOnceCommitted() {
        try (RocksStores stores = RocksStores.open(options());
                IndexStore.Writer writer = stores.index().newWriter()) {
            put(writer, "a", "1");

            assertThat(stores.index().get(bytes("a"))).isNull();
            writer.commit();
            assertThat(stores.index().get(bytes("a"))).isEqualTo(bytes("1"));
            writer.commit();
            put(writer, "a", "2");
            writer.deleteRange(bytes("b"), bytes("c"));
            assertThat(stores.index().get(bytes("a"))).isEqualTo(bytes("1"));
        }
        try (RocksStores stores = RocksStores.open(options())) {
            assertThat(stores.index().get(bytes("a")))
                    .as("closing a writer drops what it did not commit")
                    .isEqualTo(bytes("1"));
        }
    }

    @Test
    void shouldScanInUnsignedOrderAndStopWhenTold() {
        try (RocksStores stores = RocksStores.open(options());
                IndexStore.Writer writer = stores.index().newWriter()) {
            byte[][] keys = {{(byte) 0xff}, {1}, {}, {(byte) 0x80, 0}, {(byte) 0x80}, {0x7f}};
            for (byte[] key : keys) {
                writer.put(ByteBuffer.wrap(key), ByteBuffer.wrap(key));
            }
            writer.commit();

            assertThat(scan(stores.index(), new byte[0], 99)).containsExactly("", "1", "7f", "80", "800", "ff");
            assertThat(scan(stores.index(), new byte[] {0x7f}, 2)).containsExactly("7f", "80");
            writer.deleteRange(new byte[] {1}, new byte[] {(byte) 0x80, 0});
            writer.commit();
            writer.deleteRange(new byte[] {(byte) 0xff, 1}, new byte[] {1});
            writer.commit();
            assertThat(scan(stores.index(), new byte[0], 99)).containsExactly("", "800", "ff");
        }
    }

    @Test
    void shouldTakeDirectBuffersAndLeaveThemAsTheyAre() {
        ByteBuffer key = ByteBuffer.allocateDirect(8).putInt(0, 7).position(2).limit(4);
        try (RocksStores stores = RocksStores.open(options());
                IndexStore.Writer writer = stores.index().newWriter()) {
            writer.put(key, key.asReadOnlyBuffer());
            writer.commit();

            assertThat(key.position()).isEqualTo(2);
            assertThat(key.limit()).isEqualTo(4);
            assertThat(stores.index().get(new byte[] {0, 7})).isEqualTo(new byte[] {0, 7});
        }
    }

    @Test
    void shouldGiveViewsThatCannotBeWritten() {
        try (RocksStores stores = RocksStores.open(options());
                IndexStore.Writer writer = stores.index().newWriter()) {
            put(writer, "a", "1");
            writer.commit();
            List<Boolean> readOnly = new ArrayList<>();

            stores.index().scan(new byte[0], (key, value) -> readOnly.add(key.isReadOnly() && value.isReadOnly()));

            assertThat(readOnly).containsExactly(true);
        }
    }

    @Test
    void shouldReadFromInsideAVisitorButNotClose() {
        try (RocksStores stores = RocksStores.open(options());
                IndexStore.Writer writer = stores.index().newWriter()) {
            put(writer, "a", "1");
            writer.commit();
            List<byte[]> seen = new ArrayList<>();

            stores.index()
                    .scan(new byte[0], (key, value) -> seen.add(stores.index().get(bytes("a"))));

            assertThat(seen).containsExactly(bytes("1"));
            assertThatThrownBy(() -> stores.index().scan(new byte[0], (key, value) -> {
                        stores.index().close();
                        return true;
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(stores.index().get(bytes("a"))).isEqualTo(bytes("1"));
        }
    }

    private static List<String> scan(IndexStore index, byte[] fromKey, int countMax) {
        List<String> seen = new ArrayList<>();
        index.scan(fromKey, (key, value) -> {
            assertThat(key).isEqualTo(value);
            StringBuilder hex = new StringBuilder();
            while (key.hasRemaining()) {
                hex.append(Integer.toHexString(Byte.toUnsignedInt(key.get())));
            }
            seen.add(hex.toString());
            return seen.size() < countMax;
        });
        return seen;
    }

    static void put(IndexStore.Writer writer, String key, String value) {
        writer.put(ByteBuffer.wrap(bytes(key)), ByteBuffer.wrap(bytes(value)));
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
