package io.stele.tools;

import io.stele.codec.RecordCodec;
import io.stele.examples.BankAccount.Deposited;
import io.stele.examples.BankAccount.Withdrawn;
import io.stele.journal.Finding;
import io.stele.journal.JournalInspector;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The bank's events as they stand in the files, read without the runtime. */
final class BankHistory implements Proof.History {
    private final Path directory;
    private final RecordCodec codec = RecordCodec.of(Deposited.class, Withdrawn.class);

    BankHistory(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads every lane from its start to its end.
     *
     * @throws CommandFailure if anything on the way is damaged
     */
    @Override
    public void read(Consumer<Proof.Recorded> reader) {
        JournalInspector journal = DataDirectory.of(directory).journal();
        List<Finding> findings = new ArrayList<>();
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            long unused = journal.read(lane, 0, Long.MAX_VALUE, event -> reader.accept(recorded(event)), findings::add);
        }
        if (!findings.isEmpty()) {
            throw new CommandFailure(ErrorCode.CORRUPT, findings.get(0).report());
        }
    }

    private Proof.Recorded recorded(StoredEvent event) {
        Object decoded = codec.decode(event.type(), event.payload());
        long cents = decoded instanceof Deposited deposited ? deposited.cents() : -((Withdrawn) decoded).cents();
        String commandId = RecordMetadata.findText(event.metadata(), RecordMetadata.COMMAND_ID);
        return new Proof.Recorded(event.persistenceId().entityId(), event.sequenceNumber(), commandId, cents);
    }
}
