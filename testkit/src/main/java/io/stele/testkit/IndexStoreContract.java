package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.IndexStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link IndexStore} must do. Extend it, say how the store is opened, and run all of it: there is nothing to opt out
 * of. Keys and values are written in hexadecimal.
 */
public abstract class IndexStoreContract {
    private static final HexFormat HEX = HexFormat.of();

    private IndexStore store;

    /** For those who extend it. */
    protected IndexStoreContract() {}

    /**
     * Opens the store: a new and empty one at the first call of a test, and at every later call what the one before it left
     * behind when it was closed. JUnit makes one instance of the class per test, so a directory in a field will do.
     */
    protected abstract IndexStore openStore();

    /** Removes what the test left behind. Called after every test, once the store is closed; does nothing by default. */
    protected void cleanUp() {}

    @BeforeEach
    final void openFirst() {
        store = openStore();
    }

    @AfterEach
    final void closeLast() {
        store.close();
        cleanUp();
    }

    private void reopen() {
        store.close();
        store = openStore();
    }

    private static byte[] bytes(String hex) {
        return HEX.parseHex(hex);
    }

    private static ByteBuffer buffer(String hex) {
        return ByteBuffer.wrap(bytes(hex));
    }

    private static String hexOf(ByteBuffer view) {
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return HEX.formatHex(bytes);
    }

    /** Commits one change set that sets each key to the key followed by {@code ff}. */
    private void putAll(String... keys) {
        try (IndexStore.Writer writer = store.newWriter()) {
            for (String key : keys) {
                writer.put(buffer(key), buffer(key + "ff"));
            }
            writer.commit();
        }
    }

    private void put(String key, String value) {
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.put(buffer(key), buffer(value));
            writer.commit();
        }
    }

    private void deleteRange(String from, String to) {
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.deleteRange(bytes(from), bytes(to));
            writer.commit();
        }
    }

    private List<String> keysFrom(String from) {
        List<String> keys = new ArrayList<>();
        store.scan(bytes(from), (key, value) -> keys.add(hexOf(key)));
        return keys;
    }

    @Test
    void shouldFindNothingInAnEmptyStore() {
        assertThat(store.get(bytes("01"))).isNull();
        assertThat(keysFrom("")).isEmpty();
    }

    @Test
    void shouldGetWhatWasPut() {
        put("0102", "a0b0");

        assertThat(store.get(bytes("0102"))).isEqualTo(bytes("a0b0"));
    }

    @Test
    void shouldNotTakeAPrefixForAKey() {
        put("0102", "aa");

        assertThat(store.get(bytes("01"))).isNull();
        assertThat(store.get(bytes("010200"))).isNull();
    }

    @Test
    void shouldReplaceAValue() {
        put("01", "aa");
        put("01", "bbcc");

        assertThat(store.get(bytes("01"))).isEqualTo(bytes("bbcc"));
        assertThat(keysFrom("")).containsExactly("01");
    }

    @Test
    void shouldKeepAnEmptyValueApartFromNone() {
        put("01", "");

        assertThat(store.get(bytes("01"))).isEmpty();
        assertThat(keysFrom("")).containsExactly("01");
    }

    @Test
    void shouldTakeTheEmptyKey() {
        put("", "aa");
        put("00", "bb");

        assertThat(store.get(bytes(""))).isEqualTo(bytes("aa"));
        assertThat(keysFrom("")).containsExactly("", "00");
        assertThat(keysFrom("00")).containsExactly("00");
    }

    @Test
    void shouldTakeLongKeysAndValues() {
        String key = "7f".repeat(300);
        String value = "80".repeat(1 << 20);
        put(key, value);

        assertThat(store.get(bytes(key))).isEqualTo(bytes(value));
    }

    @Test
    void shouldOrderKeysByUnsignedBytes() {
        putAll("ff", "80", "7f", "00", "0000", "ff00", "8000", "01");

        assertThat(keysFrom("")).containsExactly("00", "0000", "01", "7f", "80", "8000", "ff", "ff00");
    }

    @Test
    void shouldScanFromAKeyOn() {
        putAll("10", "20", "30");

        assertThat(keysFrom("20")).containsExactly("20", "30");
        assertThat(keysFrom("1f")).containsExactly("20", "30");
        assertThat(keysFrom("2000")).containsExactly("30");
        assertThat(keysFrom("31")).isEmpty();
    }

    @Test
    void shouldStopAScanWhenTold() {
        putAll("10", "20", "30");
        List<String> seen = new ArrayList<>();

        store.scan(bytes(""), (key, value) -> {
            seen.add(hexOf(key));
            return seen.size() < 2;
        });

        assertThat(seen).containsExactly("10", "20");
    }

    @Test
    void shouldShowKeysWithTheirValuesReadOnly() {
        putAll("10", "20");
        List<String> seen = new ArrayList<>();

        store.scan(bytes(""), (key, value) -> {
            assertThat(key.isReadOnly()).isTrue();
            assertThat(value.isReadOnly()).isTrue();
            return seen.add(hexOf(key) + "=" + hexOf(value));
        });

        assertThat(seen).containsExactly("10=10ff", "20=20ff");
    }

    @Test
    void shouldPassOnWhatAVisitorThrows() {
        putAll("10", "20");
        IllegalStateException thrown = new IllegalStateException("thrown by the visitor");

        assertThatThrownBy(() -> store.scan(bytes(""), (key, value) -> {
                    throw thrown;
                }))
                .isSameAs(thrown);

        assertThat(keysFrom("")).containsExactly("10", "20");
    }

    @Test
    void shouldCopyKeysAndValuesFromPositionToLimit() {
        byte[] array = bytes("aa01bbcc");
        ByteBuffer direct = ByteBuffer.allocateDirect(4).put(array).position(2).limit(4);
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.put(ByteBuffer.wrap(array, 1, 1), direct);
            writer.put(
                    direct.duplicate().position(2), ByteBuffer.wrap(array, 0, 1).asReadOnlyBuffer());
            Arrays.fill(array, (byte) 9);
            direct.clear().putInt(0, 0);
            writer.commit();
        }

        assertThat(store.get(bytes("01"))).isEqualTo(bytes("bbcc"));
        assertThat(store.get(bytes("bbcc"))).isEqualTo(bytes("aa"));
    }

    @Test
    void shouldHandOutValuesThatAreTheCallersOwn() {
        put("01", "aa");
        byte[] value = store.get(bytes("01"));
        assertThat(value).isNotNull();
        Arrays.fill(value, (byte) 0);

        assertThat(store.get(bytes("01"))).isEqualTo(bytes("aa"));
    }

    @Test
    void shouldHideChangesUntilTheyAreCommitted() {
        put("01", "aa");
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.put(buffer("01"), buffer("bb"));
            writer.put(buffer("02"), buffer("cc"));
            writer.deleteRange(bytes("00"), bytes("01"));

            assertThat(store.get(bytes("01"))).isEqualTo(bytes("aa"));
            assertThat(store.get(bytes("02"))).isNull();
            assertThat(keysFrom("")).containsExactly("01");

            writer.commit();
            assertThat(store.get(bytes("01"))).isEqualTo(bytes("bb"));
            assertThat(keysFrom("")).containsExactly("01", "02");
        }
    }

    @Test
    void shouldDropChangesThatWereNotCommitted() {
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.put(buffer("01"), buffer("aa"));
        }

        assertThat(keysFrom("")).isEmpty();
        reopen();
        assertThat(keysFrom("")).isEmpty();
    }

    @Test
    void shouldReuseAWriterAfterACommit() {
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.put(buffer("01"), buffer("aa"));
            writer.commit();
            put("01", "bb");
            writer.put(buffer("02"), buffer("cc"));
            writer.commit();
        }

        assertThat(store.get(bytes("01")))
                .as("the first change was not made again")
                .isEqualTo(bytes("bb"));
        assertThat(store.get(bytes("02"))).isEqualTo(bytes("cc"));
    }

    @Test
    void shouldCommitNothing() {
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.commit();
        }

        assertThat(keysFrom("")).isEmpty();
    }

    @Test
    void shouldDeleteARangeWithoutItsEnd() {
        putAll("10", "20", "2000", "30", "3000");

        deleteRange("20", "30");

        assertThat(keysFrom("")).containsExactly("10", "30", "3000");
        assertThat(store.get(bytes("20"))).isNull();
    }

    @Test
    void shouldDeleteRangesByUnsignedBytes() {
        putAll("01", "7f", "80", "fe", "ff");

        deleteRange("7f", "ff");

        assertThat(keysFrom("")).containsExactly("01", "ff");
    }

    @Test
    void shouldDeleteFromTheVeryFirstKey() {
        putAll("", "00", "10");

        deleteRange("", "10");

        assertThat(keysFrom("")).containsExactly("10");
    }

    @Test
    void shouldDeleteNothingInAnEmptyRange() {
        putAll("10", "20");

        deleteRange("11", "1f");
        deleteRange("10", "10");

        assertThat(keysFrom("")).containsExactly("10", "20");
    }

    @Test
    void shouldMakeChangesInTheirOrder() {
        putAll("10");
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.put(buffer("11"), buffer("aa"));
            writer.deleteRange(bytes("10"), bytes("20"));
            writer.put(buffer("12"), buffer("bb"));
            writer.put(buffer("12"), buffer("cc"));
            writer.commit();
        }

        assertThat(keysFrom("")).containsExactly("12");
        assertThat(store.get(bytes("12"))).isEqualTo(bytes("cc"));
    }

    @Test
    void shouldKeepWritersApart() {
        try (IndexStore.Writer one = store.newWriter();
                IndexStore.Writer two = store.newWriter()) {
            one.put(buffer("01"), buffer("aa"));
            two.put(buffer("02"), buffer("bb"));
            two.commit();
            assertThat(keysFrom("")).containsExactly("02");
            one.commit();
        }

        assertThat(keysFrom("")).containsExactly("01", "02");
    }

    @Test
    void shouldKeepEverythingWhenItIsReopened() {
        putAll("10", "20", "80");
        store.flush();
        putAll("30");
        deleteRange("10", "20");

        reopen();

        assertThat(keysFrom("")).containsExactly("20", "30", "80");
        assertThat(store.get(bytes("80"))).isEqualTo(bytes("80ff"));
    }

    @Test
    void shouldFlushAsOftenAsAsked() {
        store.flush();
        putAll("10");
        store.flush();
        store.flush();

        assertThat(keysFrom("")).containsExactly("10");
    }

    @Test
    void shouldCloseTwiceAndLeaveALaterOpeningAlone() {
        putAll("10");
        IndexStore closed = store;
        closed.close();
        store = openStore();
        closed.close();

        putAll("20");
        assertThat(keysFrom("")).containsExactly("10", "20");
    }

    /** A store in native memory must not be reached once it is freed: that would end the process. */
    @Test
    void shouldRefuseEverythingOnceItIsClosed() {
        putAll("10");
        IndexStore closed = store;
        IndexStore.Writer writer = closed.newWriter();
        writer.put(buffer("20"), buffer("aa"));
        closed.close();

        assertThatThrownBy(() -> closed.get(bytes("10"))).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> closed.scan(bytes(""), (key, value) -> true)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(closed::flush).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(writer::commit).isInstanceOf(RuntimeException.class);

        writer.close();
        store = openStore();
        assertThat(keysFrom("")).containsExactly("10");
    }

    /** Half of a commit must not be seen: every commit sets two keys to the same value. */
    @Test
    void shouldShowCommitsAsAWholeToOtherThreads() throws Exception {
        put("01", "0000");
        put("02", "0000");
        List<Boolean> results = JournalFixture.together(List.of(this::commitPairs, this::readPairs));

        assertThat(results).containsExactly(true, true);
    }

    private boolean commitPairs() {
        try (IndexStore.Writer writer = store.newWriter()) {
            for (int i = 1; i <= 1_000; i++) {
                ByteBuffer value = ByteBuffer.allocate(2).putShort(0, (short) i);
                writer.put(buffer("01"), value.duplicate());
                writer.put(buffer("02"), value.duplicate());
                writer.commit();
            }
        }
        return true;
    }

    /** Reads the later key last: it can only be newer, unless a commit was seen by halves. Ends with the last commit. */
    private boolean readPairs() {
        int first;
        do {
            first = value("01");
            assertThat(value("02")).isGreaterThanOrEqualTo(first);
        } while (first < 1_000 && !Thread.currentThread().isInterrupted());
        return first == 1_000;
    }

    private int value(String key) {
        byte[] value = store.get(bytes(key));
        assertThat(value).isNotNull();
        return ByteBuffer.wrap(value).getShort();
    }

    /** Puts, deletes and reopens by chance, and compares with a map. */
    @Test
    void shouldDoTheSameAsAMapWhateverTheOrder() {
        NavigableMap<String, String> model = new TreeMap<>();
        for (long seed = 1; seed <= 4; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            for (int step = 0; step < 200; step++) {
                change(model, random);
                String from = key(random);
                List<String> found = new ArrayList<>();
                store.scan(bytes(from), (key, value) -> found.add(hexOf(key) + "=" + hexOf(value)));
                assertThat(found)
                        .as("seed=%d, step=%d, from=%s", seed, step, from)
                        .isEqualTo(model.tailMap(from, true).entrySet().stream()
                                .map(Map.Entry::toString)
                                .toList());
            }
        }
    }

    /** Hexadecimal text sorts as the unsigned bytes do that it stands for, so that strings will do as the model's keys. */
    private void change(NavigableMap<String, String> model, SplittableRandom random) {
        String first = key(random);
        String second = key(random);
        int choice = random.nextInt(30);
        if (choice == 0) {
            reopen();
        } else if (choice < 6 && first.compareTo(second) < 0) {
            deleteRange(first, second);
            model.subMap(first, second).clear();
        } else {
            put(first, second);
            model.put(first, second);
        }
    }

    private static String key(SplittableRandom random) {
        byte[] key = new byte[random.nextInt(3)];
        random.nextBytes(key);
        return HEX.formatHex(key);
    }
}
