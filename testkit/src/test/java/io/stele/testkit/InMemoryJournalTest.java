package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.Durability;
import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.JournalFullException;
import io.stele.spi.JournalInUseException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the in-memory journal does beyond the contract: crashes, faults, ways to become durable. */
class InMemoryJournalTest {
    private static final PersistenceId ACCOUNT = new PersistenceId("account", "1");
    private static final StoredType TYPE = new StoredType("noted", 1);

    private final List<String> heard = new ArrayList<>();
    private final DurabilityListener listener = new DurabilityListener() {
        @Override
        public void onDurable(int lane, long durablePosition) {
            heard.add("durable " + durablePosition);
        }

        @Override
        public void onFailed(int lane, JournalException cause) {
            heard.add("failed");
        }
    };

    @Test
    void shouldLoseWhatWasNotDurableInAPowerCut() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        append(journal, stream);
        append(journal, stream);
        journal.sync(stream.lane());
        append(journal, stream);

        InMemoryJournal next = journal.crash(Durability.POWER_LOSS);

        assertThat(numbers(next)).containsExactly(1L, 2L);
        List<Long> inLane = new ArrayList<>();
        next.read(stream.lane(), 0, 100, event -> inLane.add(event.sequenceNumber()));
        assertThat(inLane).containsExactly(1L, 2L);
        assertThat(next.open(ACCOUNT).lastSequenceNumber()).isEqualTo(2);
        assertThat(next.epoch()).isEqualTo(journal.epoch() + 1);
    }

    @Test
    void shouldKeepEverythingWhenOnlyTheProcessCrashes() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        append(journal, stream);
        append(journal, stream);

        InMemoryJournal next = journal.crash(Durability.PROCESS_CRASH);

        assertThat(numbers(next)).containsExactly(1L, 2L);
        assertThat(next.durablePosition(stream.lane())).isEqualTo(stream.lastPosition());
    }

    @Test
    void shouldForgetWhatIsCompactedButNeverTheLastRecord() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        for (int i = 0; i < 5; i++) {
            append(journal, stream);
        }

        journal.compactBelow(ACCOUNT, 3);
        assertThat(numbers(journal)).containsExactly(3L, 4L, 5L);
        journal.compactBelow(ACCOUNT, 9);
        append(journal, stream);

        assertThat(numbers(journal)).containsExactly(5L, 6L);
        assertThat(numbers(journal.crash(Durability.PROCESS_CRASH))).containsExactly(5L, 6L);
    }

    @Test
    void shouldRefuseEverythingAfterACrash() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        append(journal, stream);
        journal.listener(listener);

        InMemoryJournal next = journal.crash(Durability.PROCESS_CRASH);

        assertThatThrownBy(() -> append(journal, stream)).isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> journal.open(ACCOUNT)).isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> journal.requestSync(0)).isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> journal.sync(0)).isInstanceOf(JournalException.class);
        assertThat(journal.failure(0)).isNotNull();
        assertThat(journal.durablePosition(stream.lane())).isZero();
        assertThat(heard).isEmpty();
        assertThat(numbers(next)).containsExactly(1L);
    }

    @Test
    void shouldKeepWhatWasAppendedBeforeACleanClose() {
        InMemoryJournal journal = manual();
        journal.listener(listener);
        EventStream stream = journal.open(ACCOUNT);
        append(journal, stream);
        journal.close();

        InMemoryJournal next = journal.crash(Durability.POWER_LOSS);

        assertThat(numbers(next)).containsExactly(1L);
        assertThat(heard).containsExactly("durable " + stream.lastPosition());
    }

    @Test
    void shouldHaveOneOpeningAtATime() {
        InMemoryJournal journal = manual();

        assertThatThrownBy(journal::reopen).isInstanceOf(JournalInUseException.class);

        assertThat(journal.crash(Durability.POWER_LOSS).epoch()).isEqualTo(journal.epoch() + 1);
        assertThatThrownBy(() -> journal.crash(Durability.POWER_LOSS)).isInstanceOf(JournalInUseException.class);
    }

    @Test
    void shouldBecomeDurableOnlyWhenToldIfManual() {
        InMemoryJournal journal = manual();
        journal.listener(listener);
        EventStream stream = journal.open(ACCOUNT);
        long position = append(journal, stream);

        journal.requestSync(stream.lane());
        assertThat(journal.durablePosition(stream.lane())).isZero();

        journal.sync(stream.lane());
        journal.sync(stream.lane());
        assertThat(journal.durablePosition(stream.lane())).isEqualTo(position);
        assertThat(heard).containsExactly("durable " + position);
    }

    @Test
    void shouldBecomeDurableOnTheRequestingThread() {
        InMemoryJournal journal = InMemoryJournal.open();
        journal.listener(listener);
        EventStream stream = journal.open(ACCOUNT);
        long position = append(journal, stream);
        assertThat(heard).isEmpty();

        journal.requestSync(stream.lane());

        assertThat(heard).containsExactly("durable " + position);
        assertThat(journal.durablePosition(stream.lane())).isEqualTo(position);
    }

    @Test
    void shouldServeARequestThatTheListenerMakes() {
        InMemoryJournal journal = InMemoryJournal.open();
        EventStream stream = journal.open(ACCOUNT);
        List<Long> durable = new ArrayList<>();
        journal.listener(new DurabilityListener() {
            @Override
            public void onDurable(int lane, long durablePosition) {
                durable.add(durablePosition);
                if (durable.size() < 3) {
                    append(journal, stream);
                    journal.requestSync(lane);
                }
            }

            @Override
            public void onFailed(int lane, JournalException cause) {
                throw cause;
            }
        });
        append(journal, stream);

        journal.requestSync(stream.lane());

        assertThat(durable).hasSize(3).isSorted().endsWith(stream.lastPosition());
    }

    @Test
    void shouldFailTheLaneAtTheChosenAppend() {
        InMemoryJournal journal = manual();
        journal.listener(listener);
        EventStream stream = journal.open(ACCOUNT);
        journal.failAppendAt(2);
        append(journal, stream);

        assertThatThrownBy(() -> append(journal, stream)).isExactlyInstanceOf(JournalException.class);

        assertThat(heard).containsExactly("failed");
        assertThat(journal.failure(stream.lane())).isNotNull();
        assertThatThrownBy(() -> append(journal, stream))
                .isExactlyInstanceOf(JournalException.class)
                .hasMessageContaining("refuses");
        assertThat(stream.lastSequenceNumber()).isEqualTo(1);
        assertThat(numbers(journal.crash(Durability.PROCESS_CRASH))).containsExactly(1L);
    }

    @Test
    void shouldKeepTheEventsOfAnAppendThatFailedAfterWriting() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        journal.failAppendAfterWritingAt(1);

        assertThatThrownBy(() -> append(journal, stream)).isExactlyInstanceOf(JournalException.class);

        assertThat(stream.lastSequenceNumber()).isZero();
        assertThat(numbers(journal.crash(Durability.PROCESS_CRASH))).containsExactly(1L);
    }

    @Test
    void shouldFailTheLaneAtTheChosenForce() {
        InMemoryJournal journal = manual();
        journal.listener(listener);
        EventStream stream = journal.open(ACCOUNT);
        journal.failSyncAt(2);
        long first = append(journal, stream);
        journal.sync(stream.lane());
        append(journal, stream);

        journal.sync(stream.lane());

        assertThat(heard).containsExactly("durable " + first, "failed");
        assertThat(journal.durablePosition(stream.lane())).isEqualTo(first);
        assertThatThrownBy(() -> append(journal, stream)).isExactlyInstanceOf(JournalException.class);
        journal.sync(stream.lane());
        assertThat(journal.durablePosition(stream.lane())).isEqualTo(first);
        assertThat(numbers(journal.crash(Durability.POWER_LOSS))).containsExactly(1L);
    }

    @Test
    void shouldSayAtCloseThatTheLastForceFailed() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        append(journal, stream);
        journal.failSyncAt(1);

        assertThatThrownBy(journal::close).isInstanceOf(JournalException.class);

        journal.close();
        assertThat(journal.reopen().epoch()).isEqualTo(journal.epoch() + 1);
    }

    @Test
    void shouldTakeAppendsAgainWhenSpaceReturns() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        journal.fullFrom(2);
        append(journal, stream);
        assertThatThrownBy(() -> append(journal, stream)).isInstanceOf(JournalFullException.class);
        assertThatThrownBy(() -> append(journal, stream)).isInstanceOf(JournalFullException.class);
        assertThat(journal.failure(stream.lane())).isNull();

        journal.spaceReturns();
        append(journal, stream);

        assertThat(numbers(journal)).containsExactly(1L, 2L);
    }

    @Test
    void shouldRefuseAStreamThatIsClosedOrOfAnEarlierOpening() {
        InMemoryJournal journal = manual();
        EventStream closed = journal.open(ACCOUNT);
        closed.close();
        EventStream old = journal.open(ACCOUNT);

        assertThatThrownBy(() -> append(journal, closed)).isInstanceOf(IllegalArgumentException.class);

        InMemoryJournal next = journal.crash(Durability.PROCESS_CRASH);
        assertThatThrownBy(() -> append(next, old)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldMakeViewsUselessOnceTheReaderHasReturned() {
        InMemoryJournal journal = manual();
        EventBatch batch = journal.newBatch();
        batch.begin(1);
        batch.metadata(ByteBuffer.wrap(new byte[] {7}));
        batch.add(TYPE, ByteBuffer.wrap(new byte[] {7}));
        journal.append(journal.open(ACCOUNT), 1, batch);
        List<StoredEvent> views = new ArrayList<>();
        List<ByteBuffer> buffers = new ArrayList<>();

        journal.replay(ACCOUNT, 1, Long.MAX_VALUE, event -> {
            views.add(event);
            buffers.add(event.payload());
            buffers.add(event.metadata());
        });

        assertThatThrownBy(() -> views.get(0).sequenceNumber()).isInstanceOf(IllegalStateException.class);
        assertThat(buffers)
                .hasSize(2)
                .allSatisfy(buffer -> assertThat(buffer.get(0)).isNotEqualTo((byte) 7));
    }

    @Test
    void shouldForceAllLanesAtOnce() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        append(journal, stream);

        journal.syncAll();

        assertThat(journal.durablePosition(stream.lane())).isEqualTo(stream.lastPosition());
        journal.close();
        assertThatThrownBy(journal::syncAll).isInstanceOf(JournalException.class);
    }

    @Test
    void shouldGoOnAfterAListenerThatThrows() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        journal.listener(new DurabilityListener() {
            @Override
            public void onDurable(int lane, long durablePosition) {
                throw new IllegalStateException("thrown by the listener");
            }

            @Override
            public void onFailed(int lane, JournalException cause) {
                throw cause;
            }
        });
        for (int i = 0; i < 2; i++) {
            append(journal, stream);
            assertThatThrownBy(() -> journal.sync(stream.lane())).isInstanceOf(IllegalStateException.class);
            assertThat(journal.durablePosition(stream.lane())).isEqualTo(stream.lastPosition());
        }
    }

    /** Whoever keeps a position in an int, adds one to it or counts with it must not pass a test by luck. */
    @Test
    void shouldHavePositionsThatSkipAndDoNotFitAnInt() {
        InMemoryJournal journal = manual();
        EventStream stream = journal.open(ACCOUNT);
        long last = append(journal, stream);
        assertThat(last).isGreaterThan(Integer.MAX_VALUE);
        long longestStep = 0;
        for (int i = 0; i < 100; i++) {
            long next = append(journal, stream);
            assertThat(next - last).as("step %d", i).isGreaterThan(1);
            longestStep = Math.max(longestStep, next - last);
            last = next;
        }

        assertThat(longestStep).as("the step to a new segment").isGreaterThan(Integer.MAX_VALUE);
    }

    @Test
    void shouldRefuseOptionsThatAreOutOfRange() {
        InMemoryJournalOptions options = InMemoryJournalOptions.standard();

        for (int laneCount : new int[] {0, 257}) {
            assertThatThrownBy(() -> options.withLaneCount(laneCount)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> options.withPayloadBytesMax(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(options.withLaneCount(256).laneCount()).isEqualTo(256);
        assertThat(options.withPayloadBytesMax(1).payloadBytesMax()).isEqualTo(1);
    }

    private static InMemoryJournal manual() {
        return InMemoryJournal.open(InMemoryJournalOptions.standard().withSyncMode(SyncMode.MANUAL));
    }

    private static long append(InMemoryJournal journal, EventStream stream) {
        EventBatch batch = journal.newBatch();
        batch.begin(1);
        batch.add(TYPE, ByteBuffer.wrap(new byte[] {7}));
        return journal.append(stream, stream.lastSequenceNumber() + 1, batch);
    }

    private static List<Long> numbers(InMemoryJournal journal) {
        List<Long> numbers = new ArrayList<>();
        journal.replay(ACCOUNT, 1, Long.MAX_VALUE, event -> numbers.add(event.sequenceNumber()));
        return numbers;
    }
}
