package io.stele.it;

import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.spi.Clock;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that appends as fast as it can until somebody ends it, and notes down in a file elsewhere what it was told is durable.
 * Its arguments: the journal, the file of acknowledgements, bytes of a segment, bytes of an event.
 */
final class Writer {
    static final int ACTORS = 8;

    private static final StoredType TYPE = new StoredType("written", 1);
    private static final int EVENTS_PER_ROUND = 4;

    private Writer() {}

    static PersistenceId id(int actor) {
        return new PersistenceId("writer", "w" + actor);
    }

    static byte[] payload(int actor, long sequenceNumber, int bytes) {
        byte[] payload = new byte[bytes];
        Arrays.fill(payload, (byte) (actor * 31L + sequenceNumber));
        ByteBuffer.wrap(payload).putLong(0, sequenceNumber);
        return payload;
    }

    static ChronicleJournal open(Path directory, int segmentBytes) {
        JournalOptions options = JournalOptions.of(directory)
                .withLaneCount(2)
                .withSegmentBytes(segmentBytes)
                .withFreeBytesMin(0)
                .withReserveSegments(1);
        return ChronicleJournal.open(options, InMemoryIndexStore.open(), Clock.system());
    }

    public static void main(String[] args) throws IOException {
        int payloadBytes = Integer.parseInt(args[3]);
        try (FileChannel acks =
                        FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                ChronicleJournal journal = open(Path.of(args[0]), Integer.parseInt(args[2]))) {
            List<EventStream> streams = new ArrayList<>();
            for (int actor = 0; actor < ACTORS; actor++) {
                streams.add(journal.open(id(actor)));
            }
            boolean works = round(journal, streams, acks, payloadBytes);
            System.out.println(works ? "ready" : "failed");
            while (works && round(journal, streams, acks, payloadBytes)) {
                // until it is killed, or told that the disk has failed
            }
            System.out.println("failed");
            Runtime.getRuntime().halt(1);
        }
    }

    private static boolean round(
            ChronicleJournal journal, List<EventStream> streams, FileChannel acks, int payloadBytes)
            throws IOException {
        EventBatch batch = journal.newBatch();
        for (int actor = 0; actor < ACTORS; actor++) {
            EventStream stream = streams.get(actor);
            long next = stream.lastSequenceNumber() + 1;
            batch.begin(next);
            for (int i = 0; i < EVENTS_PER_ROUND; i++) {
                batch.add(TYPE, ByteBuffer.wrap(payload(actor, next + i, payloadBytes)));
            }
            journal.append(stream, next, batch);
        }
        for (int actor = 0; actor < ACTORS; actor++) {
            EventStream stream = streams.get(actor);
            int lane = journal.lane(stream.persistenceId());
            journal.requestSync(lane);
            while (journal.durablePosition(lane) < stream.lastPosition()) {
                if (journal.failure(lane) != null) {
                    return false;
                }
                LockSupport.parkNanos(20_000);
            }
            acks.write(ByteBuffer.allocate(8).putLong(0, stream.lastSequenceNumber()), actor * 8L);
        }
        return true;
    }

    /** What a check came to. */
    record Found(long events, long acknowledged) {}

    /**
     * Opens what is left, and compares it with what was acknowledged.
     *
     * @throws AssertionError if an acknowledged event is missing, or any is not what was written
     */
    static Found check(Path directory, Path acks, int segmentBytes, String what) throws IOException {
        ByteBuffer acknowledged = ByteBuffer.allocate(ACTORS * 8);
        byte[] bytes = Files.exists(acks) ? Files.readAllBytes(acks) : new byte[0];
        acknowledged.put(0, bytes, 0, Math.min(bytes.length, ACTORS * 8));
        long events = 0;
        long total = 0;
        try (ChronicleJournal journal = open(directory, segmentBytes)) {
            for (int actor = 0; actor < ACTORS; actor++) {
                int number = actor;
                long[] last = {0};
                journal.replay(id(actor), 1, Long.MAX_VALUE, event -> {
                    last[0]++;
                    byte[] expected = payload(number, last[0], event.payload().remaining());
                    if (event.sequenceNumber() != last[0] || !event.payload().equals(ByteBuffer.wrap(expected))) {
                        throw new AssertionError(what + ": event is not what was written: " + event.persistenceId()
                                + ", sequenceNumber=" + event.sequenceNumber());
                    }
                });
                long acked = acknowledged.getLong(actor * 8);
                if (last[0] < acked) {
                    throw new AssertionError(what + ": acknowledged events are lost: actor=" + actor + ", acknowledged="
                            + acked + ", found=" + last[0]);
                }
                events += last[0];
                total += acked;
            }
        }
        return new Found(events, total);
    }
}
