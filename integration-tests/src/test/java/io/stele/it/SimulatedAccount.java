package io.stele.it;

import io.stele.examples.BankAccount;
import io.stele.it.JournalSimulation.Outcome;
import io.stele.it.JournalSimulation.Violation;
import io.stele.runtime.ActorContext;
import io.stele.runtime.Backoff;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.Done;
import io.stele.runtime.Supervision;
import io.stele.spi.PersistenceId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A bank account that can also be made to fail, to deposit later, and to leave memory soon; and that watches over its own lives
 * (I11): hooks come in the order that is documented, one life at a time, and nobody restarts more often than its supervision allows.
 *
 * <p>One object for every life of a node. Confined to the thread of the simulation.
 */
final class SimulatedAccount extends BankAccount {
    /** Fails after it has changed nothing. */
    record Fail() implements Command<Done> {}

    /** Deposits when its time has come, whatever happens in between. */
    record DepositLater(String timer, long cents, long delayMs) implements Command<Done> {}

    /** What the node does with its actors in one seed. */
    record Manners(int restartsMax, long backoffMs, long passivateMs) {}

    private enum Phase {
        STARTED,
        ALIVE,
        RESTARTING,
        RECOVERED_AGAIN
    }

    private final Manners manners;
    private final Outcome outcome;
    private final Map<String, Phase> lives = new HashMap<>();
    private final Map<String, Integer> restarts = new HashMap<>();

    SimulatedAccount(Manners manners, Outcome outcome) {
        this.manners = manners;
        this.outcome = outcome;
    }

    @Override
    protected void commands(CommandHandlers<Event, Account> on) {
        super.commands(on);
        on.on(Fail.class, (account, fail) -> {
            throw new IllegalStateException("asked to fail");
        });
        on.on(
                DepositLater.class,
                (account, later) -> none().startTimer(
                                later.timer(),
                                Duration.ofMillis(later.delayMs()),
                                new Deposit(later.timer(), later.cents())));
    }

    @Override
    protected List<Class<?>> storedTypes() {
        return List.of(Deposit.class);
    }

    @Override
    protected Supervision supervision() {
        return Supervision.restart()
                .withLimit(manners.restartsMax(), Duration.ofDays(1))
                .withBackoff(Backoff.exponential(
                        Duration.ofMillis(manners.backoffMs()), Duration.ofMillis(8 * manners.backoffMs())));
    }

    @Override
    protected Duration passivateAfter() {
        return Duration.ofMillis(manners.passivateMs());
    }

    @Override
    protected void preStart(PersistenceId id) {
        require(lives.put(id.entityId(), Phase.STARTED) == null, "a life begins within another", id.entityId());
        restarts.put(id.entityId(), 0);
    }

    @Override
    protected void afterRecovery(Account account, ActorContext context) {
        String id = context.persistenceId().entityId();
        Phase before = lives.get(id);
        require(before == Phase.STARTED || before == Phase.RESTARTING, "recovered in between: " + before, id);
        lives.put(id, before == Phase.STARTED ? Phase.ALIVE : Phase.RECOVERED_AGAIN);
    }

    @Override
    protected void preRestart(Account account, Throwable cause, ActorContext context) {
        String id = context.persistenceId().entityId();
        require(lives.put(id, Phase.RESTARTING) == Phase.ALIVE, "restarts while it is not alive", id);
        int count = restarts.merge(id, 1, Integer::sum);
        require(count <= manners.restartsMax(), "restarts more often than it may: restarts=" + count, id);
        outcome.restarts++;
    }

    @Override
    protected void afterRestart(Account account, Throwable cause, ActorContext context) {
        String id = context.persistenceId().entityId();
        require(lives.put(id, Phase.ALIVE) == Phase.RECOVERED_AGAIN, "has restarted without a recovery", id);
    }

    @Override
    protected void beforePassivate(Account account, ActorContext context) {
        String id = context.persistenceId().entityId();
        require(lives.get(id) == Phase.ALIVE, "leaves memory while it is not alive", id);
        outcome.passivations++;
    }

    @Override
    protected void postStop(PersistenceId id) {
        require(lives.remove(id.entityId()) != null, "a life ends that has not begun", id.entityId());
    }

    /** A hook that throws is only logged, so that what is wrong is kept as well. */
    private void require(boolean condition, String what, String id) {
        if (!condition && outcome.hookViolation == null) {
            outcome.hookViolation = new Violation("supervision: " + what + ": account=" + id, null);
        }
    }
}
