package io.stele.maven;

import io.stele.maven.Diary.Note;
import io.stele.maven.Diary.Noted;
import io.stele.maven.Diary.Pages;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;

/** Counts in another way from the fifth event on. */
final class ChangedDiary extends PersistentActor<Noted, Pages> {
    ChangedDiary() {
        super("diary");
    }

    @Override
    protected Pages initialState() {
        return new Pages("", 0);
    }

    @Override
    protected int snapshotEvery() {
        return 4;
    }

    @Override
    protected void commands(CommandHandlers<Noted, Pages> on) {
        on.on(Note.class, (pages, note) -> persist(new Noted(note.text())));
    }

    @Override
    protected void events(EventHandlers<Noted, Pages> on) {
        on.on(Noted.class, (pages, noted) -> new Pages(noted.text(), pages.count() + (pages.count() < 4 ? 1 : 2)));
    }
}
