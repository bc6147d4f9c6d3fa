package io.stele.tools;

import io.stele.Stele;
import io.stele.codec.PayloadValue;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.runtime.ActorSystem;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.RecordMetadata;
import java.nio.file.Path;

/** Opens data directories: for the demo's bank to write, for everything else to read. */
final class DataDirectory {
    private DataDirectory() {}

    static ActorSystem open(Path directory) {
        return Stele.open(directory);
    }

    static Proof.History history(Path directory) {
        return reader -> {
            try (RocksStores rocks = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(directory)));
                    ChronicleJournal journal = ChronicleJournal.open(JournalOptions.of(Stele.journalDirectory(directory)), rocks.index(), Clock.system())) {
                for (int lane = 0; lane < journal.laneCount(); lane++) {
                    journal.read(lane, 0, Long.MAX_VALUE, event -> {
                        String json = PayloadValue.read(event.payload()).toJson();
                        long cents = Long.parseLong(json.replaceAll("[^0-9-]", ""));
                        reader.accept(new Proof.Recorded(event.persistenceId().entityId(), event.sequenceNumber(),
                            RecordMetadata.findText(event.metadata(), RecordMetadata.COMMAND_ID),
                            event.type().name().contains("eposited") ? cents : -cents));
                    });
                }
            }
        };
    }
}
