package io.stele.tools;

import io.stele.tools.KillPlan.Kill;
import io.stele.tools.Transactions.Total;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One life of the bank's process: from its start to its end, be that in good order or by SIGKILL.
 *
 * <p>Transactions go out in their order, many at a time; those of one account may be on their way together, one behind the
 * other. Those without an answer when it ends are left to the next life.
 *
 * <h2>Threads</h2>
 * {@link #feed} and {@link #askBalances} belong to one thread; answers arrive on another, kills come from a third.
 */
final class BankLife implements AutoCloseable {
    private static final int IN_FLIGHT_MAX = 1_024;
    private static final int IN_FLIGHT_REFILL = IN_FLIGHT_MAX * 3 / 4;

    private final Ledger ledger;
    private final @Nullable Kill kill;
    private final ScheduledExecutorService timer;
    private final long startedNs = System.nanoTime();
    private final Map<Integer, Total> balances = new HashMap<>();
    private final BankProcess process;

    // All below: guarded by this.
    private boolean isReady;
    private boolean isOver;
    private boolean isKillDue;
    private boolean isKilled;
    private int inFlight;
    private int inFlightWhenKilled;
    private long openNs;
    private long readyNs;
    private long firstAnswerNs;
    private long endedNs;
    private @Nullable CommandFailure failure;

    /**
     * Starts a bank.
     *
     * @param ledger takes the answers
     * @param kill how this life ends; null for in good order
     * @param lastStartNs how long the last start took
     * @param timer runs the kill
     * @param start starts the process
     */
    BankLife(
            Ledger ledger,
            @Nullable Kill kill,
            long lastStartNs,
            ScheduledExecutorService timer,
            Function<BankLife, BankProcess> start) {
        this.ledger = ledger;
        this.kill = kill;
        this.timer = timer;
        synchronized (this) { // whoever takes the first line must see a whole object
            this.process = start.apply(this);
        }
        if (kill != null && kill.isDuringStart()) {
            scheduleKill((long) (kill.startFraction() * lastStartNs));
        }
    }

    /**
     * Sends what has no answer yet, until everything is answered or the process is killed.
     *
     * @throws CommandFailure if the bank ends by itself, or does not know what became of a transaction
     */
    void feed() {
        int cursor = 0;
        List<String> lines = new ArrayList<>();
        while (awaitRoom(cursor)) {
            lines.clear();
            synchronized (this) {
                int index = ledger.nextUnanswered(cursor);
                while (inFlight < IN_FLIGHT_MAX && index < ledger.size()) {
                    lines.add(BankProtocol.book(index, ledger.transactions().get(index)));
                    inFlight++;
                    cursor = index + 1;
                    index = ledger.nextUnanswered(cursor);
                }
            }
            var unused = process.send(lines); // if nobody listens, the end of this life is on its way
        }
        if (kill != null && !process.awaitKilled()) {
            throw endedByItself();
        }
    }

    /** Asks for every balance; the answers come in the order of {@code accounts}. */
    List<Total> askBalances(List<String> accounts) {
        int asked = 0;
        while (asked < accounts.size()) {
            List<String> lines = new ArrayList<>();
            for (int i = asked; i < Math.min(accounts.size(), asked + IN_FLIGHT_MAX); i++) {
                lines.add(BankProtocol.line(BankProtocol.ASK, i, accounts.get(i)));
            }
            asked += lines.size();
            if (!process.send(lines) || !awaitBalances(asked)) {
                throw endedByItself();
            }
        }
        synchronized (this) {
            List<Total> answers = new ArrayList<>();
            for (int i = 0; i < accounts.size(); i++) {
                answers.add(balances.getOrDefault(i, Total.ZERO));
            }
            return answers;
        }
    }

    /** Has the bank close everything and end. */
    void end() {
        if (!process.endInput()) {
            throw endedByItself();
        }
    }

    /** Takes one line that the bank said. */
    synchronized void onLine(String line) {
        try {
            onAnswer(BankProtocol.fields(line));
        } catch (CommandFailure e) {
            fail(e);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            fail(new CommandFailure(ErrorCode.DEMO_FAILED, "bank said something unexpected: line=" + line, e));
        }
    }

    /** The bank has said its last line. */
    synchronized void onEnd() {
        isOver = true;
        endedNs = System.nanoTime();
        notifyAll();
    }

    synchronized boolean isKilled() {
        return isKilled;
    }

    synchronized int inFlightWhenKilled() {
        return inFlightWhenKilled;
    }

    /** Returns how long opening the directory took; 0 if it did not get that far. */
    synchronized long openNs() {
        return openNs;
    }

    /** Returns how long it took from the start of the process to its first acknowledgement; 0 if it did not get that far. */
    synchronized long recoveredNs() {
        return firstAnswerNs == 0 ? 0 : firstAnswerNs - startedNs;
    }

    /** Returns how long it has been able to serve. */
    synchronized long servedNs() {
        if (readyNs == 0) {
            return 0;
        }
        return (endedNs == 0 ? System.nanoTime() : endedNs) - readyNs;
    }

    private void onAnswer(String[] fields) {
        switch (fields[0]) {
            case BankProtocol.READY -> {
                openNs = Long.parseLong(fields[1]);
                readyNs = System.nanoTime();
                isReady = true;
                killIfDue(ledger.isComplete());
                notifyAll();
            }
            case BankProtocol.DONE -> {
                ledger.acknowledge(Integer.parseInt(fields[1]));
                answered();
            }
            case BankProtocol.REJECTED -> {
                ledger.reject(Integer.parseInt(fields[1]), fields[2]);
                answered();
            }
            case BankProtocol.FAILED ->
                fail(new CommandFailure(
                        ErrorCode.DEMO_FAILED,
                        "bank could not carry out a transaction: transaction="
                                + ledger.transactions()
                                        .get(Integer.parseInt(fields[1]))
                                        .id() + ", reason=" + fields[2]));
            case BankProtocol.BALANCE -> {
                Total total = new Total(Long.parseLong(fields[3]), Long.parseLong(fields[2]));
                balances.put(Integer.parseInt(fields[1]), total);
                notifyAll();
            }
            case BankProtocol.BYE -> notifyAll();
            default ->
                fail(new CommandFailure(ErrorCode.DEMO_FAILED, "bank said something unexpected: line=" + fields[0]));
        }
    }

    private void answered() {
        if (firstAnswerNs == 0) {
            firstAnswerNs = System.nanoTime();
        }
        inFlight--;
        killIfDue(kill != null && ledger.answeredCount() >= kill.answeredCount());
        if (inFlight <= IN_FLIGHT_REFILL || ledger.isComplete()) {
            notifyAll();
        }
    }

    private void killIfDue(boolean isDue) {
        if (isDue && kill != null && !kill.isDuringStart() && !isKillDue) {
            scheduleKill(kill.delayNs());
        }
    }

    private synchronized void scheduleKill(long delayNs) {
        isKillDue = true;
        var unused = timer.schedule(this::killNow, delayNs, TimeUnit.NANOSECONDS);
    }

    private synchronized void killNow() {
        isKilled = true;
        inFlightWhenKilled = inFlight;
        process.kill();
    }

    private synchronized void fail(CommandFailure reason) {
        if (failure == null) {
            failure = reason;
        }
        notifyAll();
    }

    /** Waits until something can be sent. Returns false when there is nothing more to send in this life. */
    private synchronized boolean awaitRoom(int cursor) {
        while (true) {
            throwIfFailed();
            if (isOver && !isKilled) {
                throw endedByItself();
            }
            if (isOver || (kill == null && ledger.isComplete())) {
                return false;
            }
            if (isReady && inFlight <= IN_FLIGHT_REFILL && ledger.nextUnanswered(cursor) < ledger.size()) {
                return true;
            }
            await();
        }
    }

    private synchronized boolean awaitBalances(int count) {
        while (balances.size() < count && !isOver) {
            throwIfFailed();
            await();
        }
        return balances.size() >= count;
    }

    private void throwIfFailed() {
        if (failure != null) {
            throw failure;
        }
    }

    @SuppressWarnings("WaitNotInLoop") // its callers loop
    private void await() {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.DEMO_FAILED, "demo was interrupted", e);
        }
    }

    private CommandFailure endedByItself() {
        return new CommandFailure(
                ErrorCode.DEMO_FAILED, "bank ended although nobody had killed it: exitCode=" + process.awaitEnd());
    }

    @Override
    public void close() {
        process.close();
    }
}
