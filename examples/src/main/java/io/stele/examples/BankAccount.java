package io.stele.examples;

import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import org.jspecify.annotations.Nullable;

/** A bank account with a credit line: what it takes, what happened to it, what it knows. Money is in cents. */
public class BankAccount extends PersistentActor<BankAccount.Event, BankAccount.Account> {
    /** Pays in. */
    public record Deposit(@Nullable String commandId, long cents) implements Command<Balance> {}

    /** Pays out, down to the credit line. */
    public record Withdraw(@Nullable String commandId, long cents) implements Command<Balance> {}

    /** Asks what there is. */
    public record GetBalance() implements Command<Balance> {}

    /** What there is, after so many transactions. */
    public record Balance(long cents, long transactions) {}

    /** Why a withdrawal was refused. */
    public record Overdrawn(long balanceCents, long missingCents) {}

    /** What happens to an account. */
    public sealed interface Event {}

    /** Money came in. */
    public record Deposited(long cents) implements Event {}

    /** Money went out. */
    public record Withdrawn(long cents) implements Event {}

    /** What an account knows. */
    public record Account(long cents, long transactions) {}

    private static final long CREDIT_LINE_CENTS = 2_000_000;

    public BankAccount() {
        super("bank-account");
    }

    @Override
    protected Account initialState() {
        return new Account(0, 0);
    }

    @Override
    protected void commands(CommandHandlers<Event, Account> on) {
        on.on(GetBalance.class, (account, get) -> reply(balance(account)));
        on.on(
                Deposit.class,
                (account, deposit) -> persist(new Deposited(deposit.cents())).thenReply(BankAccount::balance));
        on.on(
                Withdraw.class,
                (account, withdraw) -> withdraw.cents() > account.cents() + CREDIT_LINE_CENTS
                        ? reject(new Overdrawn(account.cents(), withdraw.cents() - account.cents() - CREDIT_LINE_CENTS))
                        : persist(new Withdrawn(withdraw.cents())).thenReply(BankAccount::balance));
    }

    @Override
    protected void events(EventHandlers<Event, Account> on) {
        on.on(Deposited.class, (account, e) -> new Account(account.cents() + e.cents(), account.transactions() + 1));
        on.on(Withdrawn.class, (account, e) -> new Account(account.cents() - e.cents(), account.transactions() + 1));
    }

    private static Balance balance(Account account) {
        return new Balance(account.cents(), account.transactions());
    }
}
