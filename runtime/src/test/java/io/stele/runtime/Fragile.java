package io.stele.runtime;

import io.stele.spi.PersistenceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A persistent actor that throws what the test wants, and notes down what its life is like. */
final class Fragile extends PersistentActor<Fragile.Added, Fragile.Sum> {
    record Add(long amount) implements Command<Sum> {}

    record Get() implements Command<Sum> {}

    record Leave() implements Command<Done> {}

    /** Fails with what {@code failure} makes, as often as {@code count} says, and then adds. */
    record Fail(String name, int count, Supplier<? extends Throwable> failure) implements Command<Sum> {}

    /** An event that cannot be encoded in a way that nobody has thought of. */
    record AddDeep() implements Command<Sum> {}

    record Added(long amount) {
        @Override
        public long amount() {
            return amount == Long.MIN_VALUE ? deeper(amount) : amount;
        }

        @SuppressWarnings("InfiniteRecursion")
        private static long deeper(long depth) {
            return 1 + deeper(depth + 1);
        }
    }

    record Sum(long value, List<Long> amounts) {}

    private final Supervision supervision;
    private final Duration passivateAfter;
    final List<String> life = new CopyOnWriteArrayList<>();
    final List<Long> handled = new CopyOnWriteArrayList<>();
    final Map<String, Integer> failed = new ConcurrentHashMap<>();
    volatile @Nullable String throwingHook;

    Fragile(Supervision supervision, Duration passivateAfter) {
        super("fragile");
        this.supervision = supervision;
        this.passivateAfter = passivateAfter;
    }

    @Override
    protected Sum initialState() {
        return new Sum(0, List.of());
    }

    @Override
    protected void commands(CommandHandlers<Added, Sum> on) {
        on.on(Add.class, (sum, add) -> {
            handled.add(add.amount());
            return persist(new Added(add.amount())).thenReply(after -> after);
        });
        on.on(Get.class, (sum, get) -> reply(sum));
        on.on(Leave.class, (sum, leave) -> stop());
        on.on(AddDeep.class, (sum, add) -> persist(new Added(Long.MIN_VALUE)).thenReply(after -> after));
        on.on(Fail.class, (sum, fail) -> {
            if (failed.merge(fail.name(), 1, Integer::sum) <= fail.count()) {
                Throwable failure = fail.failure().get();
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) failure;
            }
            return persist(new Added(1_000)).thenReply(after -> after);
        });
    }

    @Override
    protected void events(EventHandlers<Added, Sum> on) {
        on.on(Added.class, (sum, added) -> {
            java.util.ArrayList<Long> more = new java.util.ArrayList<>(sum.amounts());
            more.add(added.amount());
            return new Sum(sum.value() + added.amount(), List.copyOf(more));
        });
    }

    @Override
    protected Supervision supervision() {
        return supervision;
    }

    @Override
    protected Duration passivateAfter() {
        return passivateAfter;
    }

    private void note(String hook, String facts) {
        life.add(hook + facts);
        if (hook.equals(throwingHook)) {
            throw new IllegalStateException("hook " + hook);
        }
    }

    @Override
    protected void preStart(PersistenceId persistenceId) {
        note("preStart", "");
    }

    @Override
    protected void afterRecovery(Sum state, ActorContext context) {
        note("afterRecovery", " " + state.value());
    }

    @Override
    protected void preRestart(Sum state, Throwable cause, ActorContext context) {
        note("preRestart", " " + state.value() + " " + cause.getMessage());
    }

    @Override
    protected void afterRestart(Sum state, Throwable cause, ActorContext context) {
        note("afterRestart", " " + state.value() + " " + cause.getMessage());
    }

    @Override
    protected void beforePassivate(Sum state, ActorContext context) {
        note("beforePassivate", " " + state.value());
    }

    @Override
    protected void beforeShutdown(Sum state, ActorContext context) {
        note("beforeShutdown", " " + state.value());
    }

    @Override
    protected void postStop(PersistenceId persistenceId) {
        note("postStop", "");
    }
}
