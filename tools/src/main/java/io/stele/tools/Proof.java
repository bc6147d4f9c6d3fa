package io.stele.tools;

import io.stele.tools.Transactions.Total;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the demo knows with what stands in the files, transaction by transaction. It reads the files itself: neither the
 * runtime nor the actor's event handler has a say in it.
 *
 * <p>Confined to one thread.
 */
final class Proof {
    private static final int SHOWN_MAX = 10;

    private final Ledger ledger;
    private final Map<String, Integer> indexById = new HashMap<>();
    private final int[] recordedCount;
    private final Map<String, Total> folded = new HashMap<>();
    private final Map<String, Long> lastSequenceNumber = new HashMap<>();
    private final Findings findings = new Findings();
    private long eventCount;
    private long duplicatedCount;
    private long unknownCount;
    private long alteredCount;

    private Proof(Ledger ledger) {
        this.ledger = ledger;
        this.recordedCount = new int[ledger.size()];
        for (int i = 0; i < ledger.size(); i++) {
            indexById.put(ledger.transactions().get(i).id(), i);
        }
    }

    /** Where recorded events come from: per account in the order of their sequence numbers. */
    interface History {
        void read(Consumer<Recorded> reader);
    }

    /**
     * One event as it stands in the files.
     *
     * @param account whose
     * @param sequenceNumber its number
     * @param commandId the id of the command that led to it; null if it carries none
     * @param cents what it adds to the balance
     */
    record Recorded(
            String account, long sequenceNumber, @Nullable String commandId, long cents) {}

    /**
     * What was found.
     *
     * @param accounts how many were compared
     * @param events how many stand in the files
     * @param lost acknowledged, but not in the files
     * @param duplicated in the files more than once
     * @param unknown in the files, but never sent, or rejected
     * @param altered in the files with another amount, account or number than it must have
     * @param balancesWrong accounts whose balance is not the sum of what was acknowledged, in the files or by their actor
     * @param balances of every account, as they follow from the files
     * @param sentences the first findings, one sentence each, and how many more there are
     */
    record Verdict(
            long accounts,
            long events,
            long lost,
            long duplicated,
            long unknown,
            long altered,
            long balancesWrong,
            Map<String, Total> balances,
            List<String> sentences) {
        boolean holds() {
            return lost + duplicated + unknown + altered + balancesWrong == 0;
        }
    }

    /**
     * Reads the whole history and compares.
     *
     * @param answers what the actors say their balances are
     */
    static Verdict of(Ledger ledger, History history, Map<String, Total> answers) {
        Proof proof = new Proof(ledger);
        history.read(proof::onRecorded);
        return proof.verdict(answers);
    }

    /** Compares balances with a list that someone else worked out; one sentence per account that differs. */
    static List<String> compare(Map<String, Total> expected, Map<String, Total> found) {
        Findings findings = new Findings();
        Set<String> accounts = new TreeSet<>(Transactions::compareIds);
        accounts.addAll(expected.keySet());
        accounts.addAll(found.keySet());
        for (String account : accounts) {
            Total wanted = expected.get(account);
            Total is = found.get(account);
            if (wanted == null || !wanted.equals(is)) {
                findings.add("account " + account + ": expected " + shown(wanted) + ", found " + shown(is));
            }
        }
        return findings.sentences();
    }

    private void onRecorded(Recorded event) {
        eventCount++;
        long expectedNumber = lastSequenceNumber.getOrDefault(event.account, 0L) + 1;
        lastSequenceNumber.put(event.account, event.sequenceNumber);
        if (event.sequenceNumber != expectedNumber) {
            alteredCount++;
            findings.add("account " + event.account + ": event number " + event.sequenceNumber + " stands where "
                    + expectedNumber + " must");
        }
        folded.merge(event.account, Total.ZERO.plus(event.cents), (sum, one) -> sum.plus(one.cents()));
        Integer index = event.commandId == null ? null : indexById.get(event.commandId);
        if (index == null) {
            unknownCount++;
            findings.add("account " + event.account + ": event number " + event.sequenceNumber
                    + " belongs to no transaction that was sent, its command id is " + event.commandId);
            return;
        }
        recordedCount[index]++;
        Transaction transaction = ledger.transactions().get(index);
        if (transaction.cents() != event.cents || !transaction.account().equals(event.account)) {
            alteredCount++;
            findings.add("transaction " + transaction.id() + ": sent " + transaction.cents() + " to account "
                    + transaction.account() + ", recorded " + event.cents + " on account " + event.account);
        }
    }

    private Verdict verdict(Map<String, Total> answers) {
        long lostCount = 0;
        for (int i = 0; i < recordedCount.length; i++) {
            String id = ledger.transactions().get(i).id();
            if (ledger.isAcknowledged(i) && recordedCount[i] == 0) {
                lostCount++;
                findings.add("transaction " + id + ": was acknowledged, but is not in the files");
            } else if (!ledger.isAcknowledged(i) && recordedCount[i] > 0) {
                unknownCount++;
                findings.add("transaction " + id + ": was not acknowledged, but is in the files");
            }
            if (recordedCount[i] > 1) {
                duplicatedCount++;
                findings.add("transaction " + id + ": is in the files " + recordedCount[i] + " times");
            }
        }
        Map<String, Total> totals = ledger.totals();
        long wrongCount = 0;
        for (Map.Entry<String, Total> entry : totals.entrySet()) {
            String account = entry.getKey();
            Total inFiles = folded.getOrDefault(account, Total.ZERO);
            if (!entry.getValue().equals(inFiles) || !entry.getValue().equals(answers.get(account))) {
                wrongCount++;
                findings.add("account " + account + ": acknowledged " + shown(entry.getValue()) + ", in the files "
                        + shown(inFiles) + ", its actor says " + shown(answers.get(account)));
            }
        }
        return new Verdict(
                totals.size(),
                eventCount,
                lostCount,
                duplicatedCount,
                unknownCount,
                alteredCount,
                wrongCount,
                Map.copyOf(folded),
                findings.sentences());
    }

    private static String shown(@Nullable Total total) {
        return total == null
                ? "nothing"
                : Units.count(total.transactions(), "transaction") + ", " + total.cents() + " cents";
    }

    /** The first sentences, and a count of all. */
    private static final class Findings {
        private final List<String> first = new ArrayList<>();
        private long count;

        void add(String sentence) {
            count++;
            if (first.size() < SHOWN_MAX) {
                first.add(sentence);
            }
        }

        List<String> sentences() {
            List<String> sentences = new ArrayList<>(first);
            if (count > first.size()) {
                sentences.add("and " + Units.count(count - first.size()) + " more");
            }
            return sentences;
        }
    }
}
