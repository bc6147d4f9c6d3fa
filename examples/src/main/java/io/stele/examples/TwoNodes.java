package io.stele.examples;

import io.stele.Stele;
import io.stele.remote.RemoteNode;
import io.stele.remote.RemoteOptions;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.EntityRef;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Two nodes: a bank, which keeps accounts in a directory, and a branch, which has none and asks the bank. Both in one process, so that
 * there is nothing to set up; each could as well be a process of its own.
 */
public final class TwoNodes {
    private static final Class<?>[] MESSAGES = {
        BankAccount.Deposit.class,
        BankAccount.Withdraw.class,
        BankAccount.GetBalance.class,
        BankAccount.Balance.class,
        BankAccount.Overdrawn.class
    };

    private TwoNodes() {}

    /** Pays into an account of the bank from the branch, and prints what there is. The argument is the bank's directory. */
    public static void main(String... arguments) {
        BankAccount.Balance balance = payIn(Path.of(arguments.length == 0 ? "data" : arguments[0]), 100);
        System.getLogger("two-nodes").log(System.Logger.Level.INFO, "the bank has {0}", balance);
    }

    /** Returns the balance, after so much was paid in; it is on the bank's disk by then. */
    static BankAccount.Balance payIn(Path directory, long cents) {
        try (ActorSystem bank = Stele.open(directory);
                ActorSystem branch = ActorSystem.builder().build()) {
            bank.register(new BankAccount());
            RemoteNode bankNode = RemoteNode.start(
                    bank, RemoteOptions.builder("bank").messages(MESSAGES).build());
            RemoteNode.start(
                    branch,
                    RemoteOptions.builder("branch")
                            .messages(MESSAGES)
                            .peer("bank", "127.0.0.1", bankNode.endpoint().port())
                            .build());

            EntityRef account = branch.entityFor("stele://bank/entity/bank-account/42");
            return account.ask(new BankAccount.Deposit(null, cents), Duration.ofSeconds(30))
                    .toCompletableFuture()
                    .join();
        }
    }
}
