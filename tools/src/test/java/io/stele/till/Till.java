package io.stele.till;

import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.till.Sales.Sell;
import io.stele.till.Sales.Sold;
import io.stele.till.Sales.Sum;

/** Adds up sales, with a snapshot of every fourth. */
public final class Till extends PersistentActor<Sold, Sum> {
    public Till() {
        super("till");
    }

    @Override
    protected Sum initialState() {
        return new Sum(0, 0);
    }

    @Override
    protected int snapshotEvery() {
        return 4;
    }

    @Override
    protected void commands(CommandHandlers<Sold, Sum> on) {
        on.on(Sell.class, (sum, sell) -> persist(new Sold(sell.cents())));
    }

    @Override
    protected void events(EventHandlers<Sold, Sum> on) {
        on.on(Sold.class, (sum, sold) -> new Sum(sum.cents() + sold.cents(), sum.count() + 1));
    }
}
