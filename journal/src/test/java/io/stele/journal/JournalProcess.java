package io.stele.journal;

import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** What tests run in a process of its own, to be killed. */
final class JournalProcess {
    private JournalProcess() {}

    /** {@code open DIR}: opens, appends one event, closes. {@code write DIR}: appends until killed, printing what is durable. */
    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[1]);
        endWithParent();
        try {
            if (arguments[0].equals("open")) {
                try (ChronicleJournal journal = TestJournal.open(directory)) {
                    TestJournal.append(journal, TestJournal.ID, 1);
                }
            } else {
                write(directory);
            }
        } catch (JournalException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    /** Ends this process when its parent is gone, however that went: its standard input ends then. */
    private static void endWithParent() {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    // nothing is ever sent
                }
                Runtime.getRuntime().halt(3);
            } catch (IOException e) {
                Runtime.getRuntime().halt(3);
            }
        });
        watch.setDaemon(true);
        watch.start();
    }

    private static void write(Path directory) {
        PersistenceId id = TestJournal.ID;
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            ConcurrentSkipListMap<Long, Long> pending = new ConcurrentSkipListMap<>();
            AtomicLong acknowledged = new AtomicLong();
            journal.listener(new DurabilityListener() {
                @Override
                public void onDurable(int lane, long durablePosition) {
                    var durable = pending.headMap(durablePosition, true);
                    if (!durable.isEmpty()) {
                        acknowledged.set(durable.lastEntry().getValue());
                        System.out.println(acknowledged.get());
                    }
                    durable.clear();
                }

                @Override
                public void onFailed(int lane, JournalException cause) {
                    System.out.println("failed: " + cause.getMessage());
                }
            });
            EventBatch batch = journal.newBatch();
            try (EventStream stream = journal.open(id)) {
                while (true) {
                    long next = stream.lastSequenceNumber() + 1;
                    batch.begin(next);
                    batch.add(
                            TestJournal.TYPE,
                            ByteBuffer.wrap(TestJournal.text(next).getBytes(StandardCharsets.UTF_8)));
                    pending.put(journal.append(stream, next, batch), next);
                    journal.requestSync(stream.lane());
                    while (next - acknowledged.get() > 1_000) {
                        Thread.onSpinWait();
                    }
                }
            }
        }
    }
}
