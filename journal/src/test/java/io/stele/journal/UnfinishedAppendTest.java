package io.stele.journal;

import static io.stele.journal.TestJournal.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.Clock;
import io.stele.spi.JournalException;
import io.stele.spi.JournalFullException;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Something goes wrong in the middle of an append, or of a roll: the lane must not go on as if it had not. */
class UnfinishedAppendTest {
    @TempDir
    Path directory;

    private volatile @Nullable Step failing;

    /** A call of the appender, by what it is for. */
    enum Step {
        START,
        EVENTS,
        SEGMENT,
        EPOCH,
        SEAL;

        static Step of(byte kind) {
            return switch (kind) {
                case RecordLayout.KIND_EVENTS -> EVENTS;
                case RecordLayout.KIND_SEGMENT -> SEGMENT;
                case RecordLayout.KIND_EPOCH -> EPOCH;
                case RecordLayout.KIND_SEAL -> SEAL;
                default -> throw new IllegalArgumentException("kind=" + kind);
            };
        }
    }

    /** The real appender, until a call throws what nobody catches. */
    private class FaultyAppender implements DocumentAppender {
        private final DocumentAppender real;

        FaultyAppender(DocumentAppender real) {
            this.real = real;
        }

        private void call(Step step) {
            if (step == failing) {
                throw new OutOfMemoryError("injected: step=" + step);
            }
        }

        @Override
        public void startSegment(long segment) {
            call(Step.START);
            real.startSegment(segment);
        }

        @Override
        public long append(byte[] record, int at, int lengthBytes) {
            call(Step.of(record[at + RecordLayout.KIND_AT]));
            return real.append(record, at, lengthBytes);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private ChronicleJournal open() {
        ChronicleRuntime.prepare();
        JournalMachine machine = JournalMachine.of(
                new FileSegmentStorage(), (lane, bytes) -> new FaultyAppender(new ChronicleAppender(lane, bytes)));
        return new JournalOpening(TestJournal.options(directory), InMemoryIndexStore.open(), Clock.system(), machine)
                .open();
    }

    @ParameterizedTest
    @EnumSource(names = {"START", "SEGMENT", "EPOCH", "EVENTS"})
    void shouldTakeNothingMoreWhenMemoryRanOutAtTheFirstAppend(Step step) {
        failing = step;

        assertLosesNothing(open(), 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"SEAL", "START", "SEGMENT", "EVENTS"})
    void shouldTakeNothingMoreWhenMemoryRanOutInTheMiddle(Step step) {
        ChronicleJournal journal = open();
        TestJournal.append(journal, ID, 8_000);
        failing = step;

        assertLosesNothing(journal, 8_000);
    }

    private void assertLosesNothing(ChronicleJournal journal, int countMin) {
        assertThatThrownBy(() -> TestJournal.append(journal, ID, 50_000)).isInstanceOf(OutOfMemoryError.class);
        failing = null;
        assertThatThrownBy(() -> TestJournal.append(journal, ID, 1))
                .isInstanceOf(JournalException.class)
                .hasMessageContainingAll("lane=0", "takes no more events until the journal is reopened");
        assertThat(journal.failure(0)).isNotNull();
        int count = TestJournal.replay(journal, ID).size();
        assertThat(count).isBetween(countMin, 50_000);
        journal.close();

        try (ChronicleJournal reopened = open()) {
            TestJournal.assertHolds(reopened, ID, count);
            TestJournal.append(reopened, ID, 10);
            TestJournal.assertHolds(reopened, ID, count + 10);
        }
    }

    /** What fails when a journal is closed must not keep its thread, its files and its lock. */
    @Test
    void shouldBeClosedAlthoughTheSealCouldNotBeWritten() {
        ChronicleRuntime.prepare();
        JournalMachine machine = JournalMachine.of(
                new FileSegmentStorage(), (lane, bytes) -> new FaultyAppender(new ChronicleAppender(lane, bytes)) {
                    @Override
                    public long append(byte[] record, int at, int lengthBytes) {
                        if (Step.of(record[at + RecordLayout.KIND_AT]) == Step.SEAL) {
                            throw new IllegalStateException("injected");
                        }
                        return super.append(record, at, lengthBytes);
                    }
                });
        ChronicleJournal journal = new JournalOpening(
                        TestJournal.options(directory), InMemoryIndexStore.open(), Clock.system(), machine)
                .open();
        TestJournal.append(journal, ID, 3);

        assertThatThrownBy(journal::close).isInstanceOf(JournalException.class).hasMessageContaining("injected");

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.isAlive() && thread.getName().equals("stele-sync-0"));
        try (ChronicleJournal reopened = open()) {
            TestJournal.assertHolds(reopened, ID, 3);
        }
    }

    @Test
    @Fault("F09")
    void shouldTakeEventsLaterIfThereWasNoRoomEvenToBegin() {
        ChronicleRuntime.prepare();
        AtomicInteger refusals = new AtomicInteger(2);
        JournalMachine machine = JournalMachine.of(new FileSegmentStorage(), (lane, bytes) -> {
            if (refusals.getAndDecrement() > 0) {
                throw new JournalFullException("metadata file cannot be written; nothing was appended: lane=" + lane);
            }
            return new ChronicleAppender(lane, bytes);
        });
        try (ChronicleJournal journal = new JournalOpening(
                        TestJournal.options(directory), InMemoryIndexStore.open(), Clock.system(), machine)
                .open()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> TestJournal.append(journal, ID, 1)).isInstanceOf(JournalFullException.class);
                assertThat(journal.failure(0)).isNull();
            }

            TestJournal.awaitDurable(journal, 0, TestJournal.append(journal, ID, 1));
            TestJournal.assertHolds(journal, ID, 1);
        }
    }
}
