package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.testkit.Transcript.Line;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link EventJournal} must do. Extend it, say how the journal is opened, and run all of it: there is nothing to opt
 * out of.
 *
 * <p>The cases stand in the classes above this one, by theme: appending, batches, replay, lanes, durability; here are threads
 * and chance. What a crash leaves is not part of it, as that takes a kill or a power cut of each implementation's own.
 *
 * <pre>
 *   class ChronicleJournalContractTest extends EventJournalContract {
 *       &#64;TempDir Path directory;
 *
 *       &#64;Override
 *       protected EventJournal openJournal() {
 *           return ChronicleJournal.open(directory, options);
 *       }
 *   }
 * </pre>
 */
public abstract class EventJournalContract extends JournalDurabilityCases {
    private static final int THREAD_COUNT = 4;
    private static final int EVENTS_PER_THREAD = 500;

    /** For those who extend it. */
    protected EventJournalContract() {}

    @Test
    void shouldTakeAppendsToOneLaneFromSeveralThreads() throws Exception {
        List<PersistenceId> ids = actorsIn(0, THREAD_COUNT);

        List<List<Long>> positions = together(ids.stream().map(this::appending).toList());

        for (int i = 0; i < THREAD_COUNT; i++) {
            assertComplete(ids.get(i), positions.get(i));
        }
        assertThat(readAll(0).lines())
                .extracting(Line::position)
                .isEqualTo(positions.stream().flatMap(List::stream).sorted().toList());
    }

    @Test
    void shouldTakeAppendsToSeveralLanesFromSeveralThreads() throws Exception {
        List<PersistenceId> ids = IntStream.range(0, 2 * THREAD_COUNT)
                .mapToObj(i -> actor("spread-" + i))
                .toList();

        List<List<Long>> positions = together(ids.stream().map(this::appending).toList());

        reopen();
        for (int i = 0; i < ids.size(); i++) {
            assertComplete(ids.get(i), positions.get(i));
        }
    }

    /** Appends in a batch and a stream of the thread's own, and asks for a force now and then; returns the positions. */
    private Callable<List<Long>> appending(PersistenceId id) {
        return () -> {
            List<Long> positions = new ArrayList<>();
            EventBatch batch = journal.newBatch();
            try (EventStream stream = journal.open(id)) {
                for (int i = 1; i <= EVENTS_PER_THREAD; i++) {
                    batch.begin(NOW_MS);
                    batch.add(TYPE, utf8(id.entityId() + ":" + i));
                    positions.add(journal.append(stream, i, batch));
                    if (i % 50 == 0) {
                        journal.requestSync(stream.lane());
                    }
                }
            }
            return positions;
        };
    }

    private void assertComplete(PersistenceId id, List<Long> positions) {
        List<Line> lines = replay(id).lines();
        assertThat(positions).isSorted().doesNotHaveDuplicates();
        assertThat(lines).extracting(Line::position).isEqualTo(positions);
        assertThat(lines).extracting(Line::sequenceNumber).isEqualTo(numbersUpTo(EVENTS_PER_THREAD));
        assertThat(lines)
                .allSatisfy(line ->
                        assertThat(line.payload()).isEqualTo(utf8(id.entityId() + ":" + line.sequenceNumber())));
    }

    @Test
    void shouldReplayAPrefixWhileTheActorGrows() throws Exception {
        PersistenceId id = actor("growing");

        whileAppending(id, () -> {
            Transcript transcript = replay(id);
            assertThat(transcript.numbers())
                    .isEqualTo(numbersUpTo(transcript.lines().size()));
        });

        assertThat(replay(id).lines()).hasSize(EVENTS_PER_THREAD);
    }

    @Test
    void shouldFollowALaneThatGrows() throws Exception {
        PersistenceId id = actorsIn(1, 1).get(0);
        Transcript followed = new Transcript();
        long[] position = new long[1];

        whileAppending(id, () -> position[0] = journal.read(1, position[0], 7, followed));
        journal.read(1, position[0], Long.MAX_VALUE, followed);

        assertThat(followed.numbers()).isEqualTo(numbersUpTo(EVENTS_PER_THREAD));
    }

    private void whileAppending(PersistenceId id, Runnable reading) throws Exception {
        AtomicBoolean appended = new AtomicBoolean();
        List<Callable<Boolean>> tasks = new ArrayList<>();
        tasks.add(() -> {
            try {
                return appending(id).call().isEmpty();
            } finally {
                appended.set(true);
            }
        });
        tasks.add(() -> {
            do {
                reading.run();
            } while (!appended.get());
            return true;
        });
        together(tasks);
    }

    @Test
    void shouldOpenStreamsFromSeveralThreads() throws Exception {
        for (int i = 0; i < 200; i++) {
            appendEach(actor("opened-" + i), "1", "2");
        }
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int thread = 0; thread < THREAD_COUNT; thread++) {
            int first = thread * 50;
            tasks.add(() -> IntStream.range(first, first + 50)
                    .mapToLong(this::appendThird)
                    .sum());
        }

        assertThat(together(tasks)).containsOnly(150L);
        assertThat(replay(actor("opened-199")).payloads()).isEqualTo(utf8s("1", "2", "3"));
    }

    private long appendThird(int i) {
        try (EventStream stream = journal.open(actor("opened-" + i))) {
            append(stream, "3");
            return stream.lastSequenceNumber();
        }
    }

    /** Appends, replays and reopens by chance, and compares with a plain list after every step. */
    @Test
    void shouldDoTheSameAsAListWhateverTheOrder() {
        for (long seed = 1; seed <= 4; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Map<PersistenceId, List<String>> model = new HashMap<>();
            for (int step = 0; step < 150; step++) {
                String as = "seed=" + seed + ", step=" + step;
                PersistenceId id = actor("random-" + seed + "-" + random.nextInt(6));
                List<String> events = model.computeIfAbsent(id, absent -> new ArrayList<>());
                switch (random.nextInt(20)) {
                    case 0 -> reopen();
                    case 1, 2, 3, 4 -> assertAgrees(as, id, events, random);
                    default -> appendByChance(id, events, random);
                }
            }
            String as = "seed=" + seed + ", at the end";
            model.forEach((id, events) -> assertAgrees(as, id, events, random));
        }
    }

    private void appendByChance(PersistenceId id, List<String> events, SplittableRandom random) {
        String[] texts = new String[1 + random.nextInt(4)];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "x".repeat(random.nextInt(200)) + random.nextLong();
        }
        try (EventStream stream = journal.open(id)) {
            append(stream, texts);
            if (random.nextInt(5) == 0) {
                appendNote(stream, texts[0]);
            }
        }
        events.addAll(List.of(texts));
    }

    private void assertAgrees(String as, PersistenceId id, List<String> events, SplittableRandom random) {
        int from = 1 + random.nextInt(events.size() + 1);
        int to = from + random.nextInt(events.size() + 1);
        List<String> expected = events.subList(from - 1, Math.max(from - 1, Math.min(to, events.size())));
        assertThat(replay(id, from, to).payloads())
                .as("%s, id=%s, from=%d, to=%d", as, id, from, to)
                .isEqualTo(utf8s(expected.toArray(String[]::new)));
    }

    private static List<Long> numbersUpTo(int count) {
        return LongStream.rangeClosed(1, count).boxed().toList();
    }
}
