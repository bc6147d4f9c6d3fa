package io.stele.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An actor that rings when it was told to. */
final class Alarm extends PersistentActor<Alarm.Event, Alarm.Rings> {
    sealed interface Event {}

    record WasSet(String name) implements Event {}

    record Rang(String name, long atMs) implements Event {}

    record Rings(List<String> names, List<Long> timesMs) {}

    record SetAlarm(String name, long delayMs, How how, boolean storesEvent) implements Command<Long> {
        SetAlarm(String name, long delayMs) {
            this(name, delayMs, How.RING, true);
        }
    }

    record Cancel(String name) implements Command<Done> {}

    record Ring(String name, How how, @Nullable String commandId) implements Command<Done> {}

    record Get() implements Command<Rings> {}

    record Unlock() implements Command<Done> {}

    /** What the handler does when the time has come. */
    enum How {
        RING,
        NOTHING,
        REJECT,
        THROW_TWICE,
        STASH_ONCE,
        ASYNC,
        AGAIN
    }

    final AtomicInteger tries = new AtomicInteger();
    final CompletableFuture<Boolean> later = new CompletableFuture<>();
    private final int snapshotEvery;

    Alarm(int snapshotEvery) {
        super("alarm");
        this.snapshotEvery = snapshotEvery;
    }

    Alarm() {
        this(0);
    }

    @Override
    protected Rings initialState() {
        return new Rings(List.of(), List.of());
    }

    @Override
    protected void commands(CommandHandlers<Event, Rings> on) {
        on.on(
                SetAlarm.class,
                (rings, set, context) -> (set.storesEvent() ? persist(new WasSet(set.name())) : none())
                        .startTimer(set.name(), Duration.ofMillis(set.delayMs()), new Ring(set.name(), set.how(), null))
                        .thenReply(after -> context.nowMs() + set.delayMs()));
        on.on(Cancel.class, (rings, cancel) -> none().cancelTimer(cancel.name()));
        on.on(Get.class, (rings, get) -> reply(rings));
        on.on(Unlock.class, (rings, unlock) -> none().thenUnstashAll());
        on.on(Ring.class, this::ring);
    }

    private Effect<Event, Rings, Done> ring(Rings rings, Ring ring, ActorContext context) {
        Rang rang = new Rang(ring.name(), context.nowMs());
        int attempt = tries.incrementAndGet();
        return switch (ring.how()) {
            case RING -> persist(rang);
            case NOTHING -> none();
            case REJECT -> reject("no");
            case THROW_TWICE -> {
                if (attempt <= 2) {
                    throw new IllegalStateException("attempt " + attempt);
                }
                yield persist(rang);
            }
            case STASH_ONCE -> attempt == 1 ? stash() : persist(rang);
            case ASYNC -> async(later.thenApply(yes -> persist(rang)), Duration.ofMinutes(1));
            case AGAIN -> persist(rang).startTimer(ring.name(), Duration.ofMillis(10), ring);
        };
    }

    @Override
    protected void events(EventHandlers<Event, Rings> on) {
        on.on(WasSet.class, (rings, set) -> rings);
        on.on(Rang.class, (rings, rang) -> {
            List<String> names = new ArrayList<>(rings.names());
            names.add(rang.name());
            List<Long> times = new ArrayList<>(rings.timesMs());
            times.add(rang.atMs());
            return new Rings(List.copyOf(names), List.copyOf(times));
        });
    }

    @Override
    protected List<Class<?>> storedTypes() {
        return List.of(Ring.class);
    }

    @Override
    protected int snapshotEvery() {
        return snapshotEvery;
    }
}
