package io.stele.tools;

import io.stele.codec.RecordCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A small history that is the same every time: two accounts and a session, one event a minute from 2026-03-01 on. */
final class History {
    static final long START_MS = 1_772_323_200_000L;
    private static final long MINUTE_MS = 60_000;

    private final HistoryWriter writer;
    private final RecordCodec codec = RecordCodec.of(Paid.class, Opened.class);
    private long minute;

    record Paid(long amount, String by) {}

    record Opened(String owner) {}

    private History(HistoryWriter writer) {
        this.writer = writer;
    }

    static void write(Path directory) {
        try (HistoryWriter writer = HistoryWriter.create(directory, 2)) {
            new History(writer).run();
        }
    }

    /** Writes a longer one: payments of a hundred accounts, one a minute. */
    static void writeMany(Path directory, int events) {
        try (HistoryWriter writer = HistoryWriter.create(directory, 2)) {
            History history = new History(writer);
            for (int i = 0; i < events; i++) {
                history.add("account/" + i % 100, i / 100 + 1, new Paid(i, "card"), null);
            }
        }
    }

    private void run() {
        add("account/1", 1, new Opened("anna"), null);
        add("account/2", 1, new Opened("bob\u001b[31m"), null);
        for (int i = 2; i <= 6; i++) {
            add("account/1", i, new Paid(100L * i, i % 2 == 0 ? "card" : "cash"), "urgent");
        }
        add("account/2", 2, new Paid(7, "cash"), null);
        add("session/x", 1, new Opened("carl"), null);
    }

    private void add(String actor, long number, Object event, @Nullable String tag) {
        ByteBuffer metadata = ByteBuffer.allocate(256);
        if (tag != null) {
            RecordMetadata.put(metadata, RecordMetadata.TAGS, tag + "\0other");
        }
        ByteBuffer payload = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        codec.encode(event, payload);
        StoredType type = codec.typeOf(event);
        writer.begin(PersistenceId.parse(actor), number, START_MS + MINUTE_MS * minute++, metadata.flip());
        writer.add(type, payload.flip());
    }
}
