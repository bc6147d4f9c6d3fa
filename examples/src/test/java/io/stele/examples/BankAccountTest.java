package io.stele.examples;

import io.stele.actortestkit.ActorScenario;
import io.stele.examples.BankAccount.Account;
import io.stele.examples.BankAccount.Balance;
import io.stele.examples.BankAccount.Deposit;
import io.stele.examples.BankAccount.Deposited;
import io.stele.examples.BankAccount.GetBalance;
import io.stele.examples.BankAccount.Overdrawn;
import io.stele.examples.BankAccount.Withdraw;
import io.stele.examples.BankAccount.Withdrawn;
import io.stele.spi.Durability;
import org.junit.jupiter.api.Test;

final class BankAccountTest {

    @Test
    void shouldPayOutWhatWasPaidIn() {
        ActorScenario.of(new BankAccount())
                .given(new Deposited(500))
                .when(new Withdraw(null, 200))
                .thenEvents(new Withdrawn(200))
                .thenReply(new Balance(300, 2))
                .thenState(new Account(300, 2));
    }

    @Test
    void shouldPayOutDownToTheCreditLine() {
        ActorScenario.of(new BankAccount())
                .when(new Withdraw(null, 2_000_000))
                .thenReply(new Balance(-2_000_000, 1))
                .when(new Withdraw(null, 1))
                .thenRejected(new Overdrawn(-2_000_000, 1))
                .thenNoEvents();
    }

    @Test
    void shouldDepositOnceThoughItIsToldTwice() {
        ActorScenario.of(new BankAccount())
                .when(new Deposit("transfer-7", 500))
                .crash(Durability.POWER_LOSS)
                .when(new Deposit("transfer-7", 500))
                .thenReply(new Balance(500, 1))
                .when(new GetBalance())
                .thenReply(new Balance(500, 1));
    }
}
