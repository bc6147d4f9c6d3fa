package io.stele.it;

import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.Done;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Remembers when it was reminded. */
public final class Reminder extends PersistentActor<Reminder.Reminded, Reminder.Times> {
    public record Remind(long delayMs) implements Command<Long> {}

    public record Now() implements Command<Done> {}

    public record Get() implements Command<Times> {}

    public record Reminded(long atMs) {}

    public record Times(List<Long> atMs) {}

    public Reminder() {
        super("reminder");
    }

    @Override
    protected Times initialState() {
        return new Times(List.of());
    }

    @Override
    protected void commands(CommandHandlers<Reminded, Times> on) {
        on.on(
                Remind.class,
                (times, remind, context) -> none().startTimer("remind", Duration.ofMillis(remind.delayMs()), new Now())
                        .thenReply(after -> context.nowMs() + remind.delayMs()));
        on.on(Now.class, (times, now, context) -> persist(new Reminded(context.nowMs())));
        on.on(Get.class, (times, get) -> reply(times));
    }

    @Override
    protected void events(EventHandlers<Reminded, Times> on) {
        on.on(Reminded.class, (times, reminded) -> {
            List<Long> more = new ArrayList<>(times.atMs());
            more.add(reminded.atMs());
            return new Times(List.copyOf(more));
        });
    }

    @Override
    protected List<Class<?>> storedTypes() {
        return List.of(Now.class);
    }
}
