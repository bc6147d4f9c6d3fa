package io.stele.maven;

import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.Done;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;

/** An actor that counts what it is told, and has a snapshot of every fourth event. */
final class Diary extends PersistentActor<Diary.Noted, Diary.Pages> {
    record Note(String commandId, String text) implements Command<Done> {}

    record Noted(String text) {}

    record Pages(String last, long count) {}

    Diary() {
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
        on.on(Noted.class, (pages, noted) -> new Pages(noted.text(), pages.count() + 1));
    }
}
