package io.stele.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/** What the journal is compared with: a raw queue that is synced every hundred records, and believed. */
final class RawWriter {
    private static final int BATCH = 100;
    private static final int RECORD_BYTES = 4_000;
    private static final long CROSSED = 20_000; // records, 80 MB: more than one block of 64 MiB

    private RawWriter() {}

    public static void main(String[] args) throws IOException {
        try (FileChannel acks =
                        FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                ChronicleQueue queue =
                        SingleChronicleQueueBuilder.binary(args[0]).build();
                ExcerptAppender appender = queue.createAppender()) {
            byte[] record = new byte[RECORD_BYTES];
            for (long i = 1; ; i++) {
                ByteBuffer.wrap(record).putLong(0, i);
                appender.writeBytes(Bytes.wrapForRead(record));
                if (i % BATCH == 0) {
                    appender.sync();
                    acks.write(ByteBuffer.allocate(8).putLong(0, i), 0);
                }
                if (i == CROSSED) {
                    System.out.println("crossed");
                }
            }
        }
    }

    static long acknowledged(Path acks) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(acks)).getLong(0);
    }

    /** Counts the records that are there as they were written, up to the first that is not. */
    static long count(Path directory) {
        long count = 0;
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (ChronicleQueue queue = SingleChronicleQueueBuilder.binary(directory)
                        .readOnly(true)
                        .build();
                ExcerptTailer tailer = queue.createTailer()) {
            Bytes<?> record = Bytes.allocateElasticOnHeap(RECORD_BYTES);
            while (tailer.readBytes(record.clear())
                    && record.readRemaining() == RECORD_BYTES
                    && Long.reverseBytes(record.readLong(0)) == count + 1) {
                count++;
            }
        } catch (RuntimeException e) {
            return count; // what cannot be read is lost
        }
        return count;
    }
}
