package io.stele.tools;

import io.stele.tools.Transactions.Total;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the demo itself knows about its transactions: which ones the bank has acknowledged, and which it has rejected. Kept
 * outside the bank's process, so no crash of the bank touches it.
 *
 * <p>Any thread.
 */
final class Ledger {
    private final List<Transaction> transactions;
    private final BitSet acknowledged;
    private final Map<Integer, String> rejected = new HashMap<>();
    private final BitSet answered;
    private int answeredCount;

    Ledger(List<Transaction> transactions) {
        this.transactions = List.copyOf(transactions);
        this.acknowledged = new BitSet(transactions.size());
        this.answered = new BitSet(transactions.size());
    }

    List<Transaction> transactions() {
        return transactions;
    }

    int size() {
        return transactions.size();
    }

    synchronized int answeredCount() {
        return answeredCount;
    }

    synchronized boolean isComplete() {
        return answeredCount == transactions.size();
    }

    /** Returns the index of the first transaction from {@code fromIndex} without an answer; {@link #size()} if there is none. */
    synchronized int nextUnanswered(int fromIndex) {
        return Math.min(transactions.size(), answered.nextClearBit(fromIndex));
    }

    synchronized void acknowledge(int index) {
        answer(index);
        acknowledged.set(index);
    }

    synchronized void reject(int index, String reason) {
        answer(index);
        rejected.put(index, reason);
    }

    synchronized boolean isAcknowledged(int index) {
        return acknowledged.get(index);
    }

    synchronized int rejectedCount() {
        return rejected.size();
    }

    /** Returns the sum over the acknowledged transactions of every account, in a readable order. */
    synchronized Map<String, Total> totals() {
        Map<String, Total> totals = new TreeMap<>(Transactions::compareIds);
        for (int i = 0; i < transactions.size(); i++) {
            Transaction transaction = transactions.get(i);
            Total before = totals.getOrDefault(transaction.account(), Total.ZERO);
            totals.put(transaction.account(), acknowledged.get(i) ? before.plus(transaction.cents()) : before);
        }
        return totals;
    }

    private void answer(int index) {
        if (index < 0 || index >= transactions.size() || answered.get(index)) {
            throw new CommandFailure(
                    ErrorCode.DEMO_FAILED, "bank answered what nobody had asked, or asked twice: index=" + index);
        }
        answered.set(index);
        answeredCount++;
    }
}
