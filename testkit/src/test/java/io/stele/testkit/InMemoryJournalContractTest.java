package io.stele.testkit;

import io.stele.spi.EventJournal;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import org.jspecify.annotations.Nullable;

class InMemoryJournalContractTest extends EventJournalContract {
    private @Nullable InMemoryJournal last;

    @Override
    protected EventJournal openJournal() {
        InMemoryJournal opened = last == null
                ? InMemoryJournal.open(InMemoryJournalOptions.standard().withSyncMode(SyncMode.OWN_THREAD))
                : last.reopen();
        last = opened;
        return opened;
    }
}
