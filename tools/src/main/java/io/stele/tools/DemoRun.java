package io.stele.tools;

import io.stele.tools.KillPlan.Kill;
import io.stele.tools.Transactions.Total;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a bank with transactions and kills it on the way, again and again, until everything is answered.
 *
 * <pre>
 *   start ──&gt; feed ──SIGKILL──&gt; start ──&gt; feed ──SIGKILL──&gt; …  feed ──&gt; end ──&gt; start ──&gt; ask every balance ──&gt; end
 *                                 └── sends again what has no answer, in the same order, with the same ids
 * </pre>
 *
 * <p>{@link #run} belongs to one thread; {@link #status()} may be called from any.
 */
final class DemoRun {
    private static final long START_NS_ASSUMED = TimeUnit.MILLISECONDS.toNanos(500);

    private final Ledger ledger;
    private final List<String> bankCommand;
    private final Path log;
    private final Deque<Kill> kills;
    private final int killCount;
    private final List<Long> recoveriesNs = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> opensNs = new ArrayList<>();
    private final AtomicInteger killsDone = new AtomicInteger();
    private final AtomicLong servedNs = new AtomicLong();
    private volatile @Nullable BankLife current;
    private int inFlightWhenKilled;

    /**
     * @param ledger the transactions, and what becomes of them
     * @param kills when to kill, in order
     * @param bankCommand starts a bank that speaks {@link BankProtocol}
     * @param log where its stderr goes
     */
    DemoRun(Ledger ledger, List<Kill> kills, List<String> bankCommand, Path log) {
        this.ledger = ledger;
        this.kills = new ArrayDeque<>(kills);
        this.killCount = kills.size();
        this.bankCommand = bankCommand;
        this.log = log;
    }

    /**
     * What was seen on the way.
     *
     * @param killsDone how often SIGKILL ended the bank
     * @param inFlightWhenKilled transactions without an answer at these moments, together
     * @param recoveriesNs per restart that followed a kill: process start to first acknowledgement
     * @param opensNs of these: the part that opening the directory took
     * @param servedNs how long the bank was able to serve, together
     * @param balances what the actors of a fresh process say
     */
    record Outcome(
            int killsDone,
            int inFlightWhenKilled,
            List<Long> recoveriesNs,
            List<Long> opensNs,
            long servedNs,
            Map<String, Total> balances) {}

    /**
     * Runs until everything is answered and every kill is done.
     *
     * @throws CommandFailure if the bank does anything but serve, or die when killed
     */
    Outcome run() {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "stele-killer");
            thread.setDaemon(true);
            return thread;
        });
        try {
            long lastStartNs = START_NS_ASSUMED;
            while (!kills.isEmpty() || !ledger.isComplete()) {
                lastStartNs = liveOnce(timer, kills.poll(), lastStartNs);
            }
            return outcome(askBalances(timer));
        } finally {
            timer.shutdownNow();
        }
    }

    /** Says how far it has got. */
    Progress.Status status() {
        BankLife life = current;
        long servedSoFarNs = servedNs.get() + (life == null ? 0 : life.servedNs());
        int answered = ledger.answeredCount();
        long perSecond = servedSoFarNs == 0 ? 0 : (long) (answered / (servedSoFarNs / 1e9));
        String facts = Units.count(answered) + " of " + Units.count(ledger.size()) + "  " + Units.count(perSecond)
                + "/s  " + killsDone.get() + " of " + Units.count(killCount, "kill");
        return new Progress.Status(answered, ledger.size(), facts);
    }

    private long liveOnce(ScheduledExecutorService timer, @Nullable Kill kill, long lastStartNs) {
        boolean isRestart = killsDone.get() > 0;
        try (BankLife life = new BankLife(ledger, kill, lastStartNs, timer, this::start)) {
            current = life;
            life.feed();
            if (kill == null) {
                life.end();
            } else {
                killsDone.incrementAndGet();
                inFlightWhenKilled += life.inFlightWhenKilled();
            }
            current = null;
            servedNs.addAndGet(life.servedNs());
            if (isRestart && life.recoveredNs() > 0) {
                recoveriesNs.add(life.recoveredNs());
                opensNs.add(life.openNs());
            }
            return life.recoveredNs() > 0 ? life.recoveredNs() : lastStartNs;
        }
    }

    private Map<String, Total> askBalances(ScheduledExecutorService timer) {
        List<String> accounts = List.copyOf(ledger.totals().keySet());
        try (BankLife life = new BankLife(ledger, null, 0, timer, this::start)) {
            List<Total> answers = life.askBalances(accounts);
            life.end();
            Map<String, Total> balances = new LinkedHashMap<>();
            for (int i = 0; i < accounts.size(); i++) {
                balances.put(accounts.get(i), answers.get(i));
            }
            return balances;
        }
    }

    private Outcome outcome(Map<String, Total> balances) {
        return new Outcome(
                killsDone.get(),
                inFlightWhenKilled,
                List.copyOf(recoveriesNs),
                List.copyOf(opensNs),
                servedNs.get(),
                balances);
    }

    private BankProcess start(BankLife life) {
        return BankProcess.start(bankCommand, log, life::onLine, life::onEnd);
    }
}
