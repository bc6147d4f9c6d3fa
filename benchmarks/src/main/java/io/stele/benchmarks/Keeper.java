package io.stele.benchmarks;

import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.spi.Durability;
import java.util.ArrayList;
import java.util.List;

/** Keeps the last 32 amounts: a state of some 300 bytes, as that of an account may be. */
public final class Keeper extends PersistentActor<Keeper.Kept, Keeper.Store> {
    private static final int KEPT_MAX = 32;
    private static final byte[] FILLER = new byte[92];

    /** Keeps one. */
    public record Keep(long amount, byte[] filler) implements Command<Long> {}

    /** Was kept. */
    public record Kept(long amount, byte[] filler) {}

    /** The last amounts and their count. */
    public record Store(long count, List<Long> last) {}

    private final Durability tier;
    private final int every;

    Keeper(Durability tier, int every) {
        super("keeper");
        this.tier = tier;
        this.every = every;
    }

    static Keep keep() {
        return new Keep(1_000_000_007L, FILLER);
    }

    @Override
    protected Store initialState() {
        return new Store(0, List.of());
    }

    @Override
    protected void commands(CommandHandlers<Kept, Store> on) {
        on.on(
                Keep.class,
                (store, keep) -> persist(new Kept(keep.amount(), keep.filler())).thenReply(Store::count));
    }

    @Override
    protected void events(EventHandlers<Kept, Store> on) {
        on.on(Kept.class, (store, kept) -> {
            List<Long> last = new ArrayList<>(store.last());
            if (last.size() == KEPT_MAX) {
                last.remove(0);
            }
            last.add(kept.amount() + store.count());
            return new Store(store.count() + 1, last);
        });
    }

    @Override
    protected Durability durability() {
        return tier;
    }

    @Override
    protected int snapshotEvery() {
        return every;
    }

    @Override
    protected int mailboxCapacity() {
        return 2 * Counter.OUTSTANDING;
    }
}
