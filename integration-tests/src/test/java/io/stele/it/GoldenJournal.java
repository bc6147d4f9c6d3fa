package io.stele.it;

import io.stele.Stele;
import io.stele.codec.PayloadValue;
import io.stele.codec.RecordCodec;
import io.stele.journal.JournalInspector;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.EntityRef;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.EventReader;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a data directory with every kind of thing in it, and tells in text what such a directory holds. */
final class GoldenJournal {
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int BULK_EVENTS = 300;
    private static final int BULK_BYTES = 4_500;
    private static final int SHOWN_LENGTH_MAX = 10_000;

    private GoldenJournal() {}

    /** Fills {@code directory}: two openings, two kinds of actors, batches, command ids, snapshots, a rolled segment. */
    static void write(Path directory) {
        try (ActorSystem system = open(directory)) {
            EntityRef all = system.entity(Exhibit.class, "all");
            for (Exhibit.Shown event : Exhibit.all()) {
                show(all, null, event);
            }
            EntityRef ids = system.entity(Exhibit.class, "ids");
            show(ids, "id-1", new Exhibit.Noted("one"));
            show(ids, "id-2", new Exhibit.Noted("two"), new Exhibit.Noted("three"));
            EntityRef bulk = system.entity(Exhibit.class, "bulk");
            for (int i = 0; i < BULK_EVENTS; i++) {
                show(bulk, null, new Exhibit.Noted(Integer.toString(i).repeat(BULK_BYTES / 3)));
            }
            system.register(new OldTicket());
            EntityRef ticket = system.entity(OldTicket.class, "größe-1");
            ticket.ask(new OldTicket.Do(List.of(
                            new OldTicket.Opened(1_250, "broken"),
                            new OldTicket.Rated(OldTicket.Urgency.CRITICAL),
                            new OldTicket.Viewed("me"))))
                    .toCompletableFuture()
                    .join();
        }
        try (ActorSystem system = open(directory)) {
            show(system.entity(Exhibit.class, "all"), null, Exhibit.all().toArray(new Exhibit.Shown[0]));
            show(system.entity(Exhibit.class, "ids"), "id-3", new Exhibit.Noted("four"));
            EntityRef ticket = system.entity(OldTicket.class, "größe-1");
            ticket.ask(new OldTicket.Do(List.of(new OldTicket.Paid(1_000, 250), new OldTicket.Closed(9))))
                    .toCompletableFuture()
                    .join();
        }
    }

    static ActorSystem open(Path directory) {
        return Stele.builder(directory)
                .journal(options -> options.withSegmentBytes(SEGMENT_BYTES).withLaneCount(2))
                .open();
    }

    static Exhibit.Reply show(EntityRef exhibit, @Nullable String commandId, Exhibit.Shown... events) {
        return exhibit.ask(new Exhibit.Show(commandId, List.of(events)))
                .toCompletableFuture()
                .join();
    }

    /** Tells every event, note and snapshot, as they stand there, and every state and reply, as actors make them of that. */
    static List<String> describe(Path directory) {
        List<String> lines = new ArrayList<>();
        JournalInspector journal = JournalInspector.open(Stele.journalDirectory(directory));
        List<PersistenceId> actors = journal.summarize((done, total) -> {}).actors().stream()
                .map(actor -> actor.persistenceId())
                .toList();
        for (PersistenceId actor : actors) {
            journal.events(actor, 1, Long.MAX_VALUE, new Lines(lines), finding -> lines.add(finding.report()));
        }
        try (RocksStores stores =
                RocksStores.openReadOnly(SnapshotStoreOptions.of(Stele.snapshotDirectory(directory)))) {
            for (PersistenceId actor : actors) {
                for (long number : stores.snapshots().sequenceNumbers(actor)) {
                    stores.snapshots()
                            .load(actor, number)
                            .map(GoldenJournal::line)
                            .ifPresent(lines::add);
                }
            }
        }
        lines.addAll(states(directory, actors));
        return lines;
    }

    /** Recovers every actor, and asks the commands with an id again. Writes no event. */
    static List<String> states(Path directory, List<PersistenceId> actors) {
        List<String> lines = new ArrayList<>();
        RecordCodec codec = RecordCodec.of();
        try (ActorSystem system = open(directory)) {
            for (PersistenceId actor : actors) {
                Object state = actor.entityType().equals("ticket")
                        ? ask(system.entity(Ticket.class, actor.entityId()).ask(new Ticket.Get()))
                        : ask(system.entity(Exhibit.class, actor.entityId()).ask(new Exhibit.Get()));
                lines.add("state " + actor + " " + json(codec, state));
            }
            for (String id : List.of("id-1", "id-2", "id-3")) {
                Exhibit.Reply reply = show(system.entity(Exhibit.class, "ids"), id, new Exhibit.Noted("again"));
                lines.add("reply exhibit/ids " + id + " " + json(codec, reply));
            }
        }
        return lines;
    }

    private static <T> T ask(java.util.concurrent.CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static String json(PayloadCodec codec, Object value) {
        ByteBuffer target = ByteBuffer.allocate(1 << 20);
        codec.encode(value, target);
        return shown(PayloadValue.read(target.flip()).toJson());
    }

    private static String line(Snapshot snapshot) {
        return "snapshot " + snapshot.persistenceId() + " " + snapshot.sequenceNumber() + " " + snapshot.type() + " "
                + snapshot.timestampMs() + " "
                + shown(PayloadValue.read(snapshot.payload()).toJson()) + " attachment=" + crc(snapshot.attachment());
    }

    private static String shown(String text) {
        return text.length() <= SHOWN_LENGTH_MAX
                ? text
                : text.substring(0, SHOWN_LENGTH_MAX) + "… crc32="
                        + crc(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static String crc(ByteBuffer bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes.duplicate());
        return Long.toHexString(crc.getValue());
    }

    /** One line per event and note; of the many alike, every fiftieth. */
    private record Lines(List<String> lines) implements EventReader {
        @Override
        public void onEvent(StoredEvent event) {
            boolean isBulk = event.persistenceId().entityId().equals("bulk");
            if (!isBulk || event.sequenceNumber() % 50 == 0) {
                String json = PayloadValue.read(event.payload()).toJson();
                lines.add("event " + head(event) + " " + event.type() + " "
                        + (isBulk ? crc(event.payload()) : shown(json)));
            }
        }

        @Override
        public void onNote(StoredEvent note) {
            lines.add("note " + head(note));
        }

        private static String head(StoredEvent event) {
            return event.persistenceId() + " " + event.sequenceNumber() + " " + event.batchIndex() + "/"
                    + event.batchCount() + " epoch=" + event.epoch() + " " + event.timestampMs() + " "
                    + RecordMetadata.findText(event.metadata(), RecordMetadata.COMMAND_ID) + " metadata="
                    + crc(event.metadata());
        }
    }

    /** Packs a data directory, without room that was reserved and logs that nobody reads. */
    static void zip(Path directory, Path zip) throws IOException {
        try (OutputStream file = Files.newOutputStream(zip);
                ZipOutputStream out = new ZipOutputStream(file);
                Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = directory.relativize(each).toString();
                if (name.contains(".precreated") || name.matches("snapshots/LOG.*")) {
                    continue;
                }
                out.putNextEntry(new ZipEntry(name));
                Files.copy(each, out);
                out.closeEntry();
            }
        }
    }

    static void unzip(Path zip, Path directory) throws IOException {
        try (InputStream file = Files.newInputStream(zip);
                ZipInputStream in = new ZipInputStream(file)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path target = directory.resolve(entry.getName()).normalize();
                if (!target.startsWith(directory)) {
                    throw new IOException("entry leads out of the directory: name=" + entry.getName());
                }
                Files.createDirectories(target.getParent());
                Files.copy(in, target);
            }
        }
    }
}
