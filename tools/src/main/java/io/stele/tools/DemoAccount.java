package io.stele.tools;

import io.stele.examples.BankAccount;
import io.stele.spi.Durability;
import java.util.List;

/** The bank account of the examples, with a durability to choose and snapshots that come often enough to be looked at. */
final class DemoAccount extends BankAccount {
    private static final int SNAPSHOT_EVERY = 25;

    private final Durability durability;

    DemoAccount(Durability durability) {
        this.durability = durability;
    }

    @Override
    protected Durability durability() {
        return durability;
    }

    @Override
    protected int snapshotEvery() {
        return SNAPSHOT_EVERY;
    }

    @Override
    protected List<Class<?>> storedTypes() {
        return List.of(Event.class, Account.class);
    }
}
