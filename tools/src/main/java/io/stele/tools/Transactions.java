package io.stele.tools;

import io.stele.spi.PersistenceId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Where the transactions of the demo come from: a file, or a seed. */
final class Transactions {
    static final String ENTITY_TYPE = "bank-account";

    private static final List<String> COLUMNS = List.of("transaction_id", "account_id", "direction", "amount_cents");
    private static final List<String> EXPECTED_COLUMNS = List.of("account_id", "transactions", "balance_cents");
    private static final int ID_LENGTH_MAX = 200;
    private static final long GENERATED_CENTS_MAX = 100_000;

    private Transactions() {}

    /**
     * What one account must have in the end.
     *
     * @param transactions how many
     * @param cents its balance
     */
    record Total(long transactions, long cents) {
        static final Total ZERO = new Total(0, 0);

        Total plus(long amountCents) {
            return new Total(transactions + 1, Math.addExact(cents, amountCents));
        }
    }

    /** Reads transactions in the order of the file. */
    static List<Transaction> read(Path file) {
        List<Transaction> transactions = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        try (CsvFile csv = CsvFile.open(file, COLUMNS)) {
            while (csv.next()) {
                Transaction transaction = read(csv);
                if (!ids.add(transaction.id())) {
                    throw csv.wrong("transaction stands twice: transaction_id=" + transaction.id());
                }
                transactions.add(transaction);
            }
            if (transactions.isEmpty()) {
                throw csv.wrong("file has a header, but no transaction");
            }
        }
        return transactions;
    }

    /** Reads what every account must have in the end. */
    static Map<String, Total> readExpected(Path file) {
        Map<String, Total> expected = new TreeMap<>(Transactions::compareIds);
        try (CsvFile csv = CsvFile.open(file, EXPECTED_COLUMNS)) {
            while (csv.next()) {
                Total total = new Total(csv.number("transactions"), csv.number("balance_cents"));
                if (expected.put(csv.text("account_id"), total) != null) {
                    throw csv.wrong("account stands twice: account_id=" + csv.text("account_id"));
                }
            }
        }
        return expected;
    }

    /** Makes transactions up, the same for the same arguments. No account ever goes below zero. */
    static List<Transaction> generate(long seed, int transactionCount, int accountCount) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] balances = new long[accountCount];
        List<Transaction> transactions = new ArrayList<>(transactionCount);
        for (int i = 0; i < transactionCount; i++) {
            int account = i < accountCount ? i : random.nextInt(accountCount);
            long cents = 1 + random.nextLong(GENERATED_CENTS_MAX);
            if (random.nextBoolean() && balances[account] >= cents) {
                cents = -cents;
            }
            balances[account] += cents;
            transactions.add(new Transaction("t" + (i + 1), Integer.toString(account + 1), cents));
        }
        return transactions;
    }

    /** Orders ids as people do: numbers by value, before and apart from everything else. */
    static int compareIds(String left, String right) {
        boolean numbers = isNumber(left) && isNumber(right);
        if (numbers && left.length() != right.length()) {
            return Integer.compare(left.length(), right.length());
        }
        return left.compareTo(right);
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static Transaction read(CsvFile csv) {
        String id = csv.text("transaction_id");
        if (id.length() > ID_LENGTH_MAX || id.chars().anyMatch(Character::isISOControl)) {
            throw csv.wrong("transaction id must have at most " + ID_LENGTH_MAX + " characters, none of them control");
        }
        String account = csv.text("account_id");
        try {
            PersistenceId unused = new PersistenceId(ENTITY_TYPE, account);
        } catch (IllegalArgumentException e) {
            throw csv.wrong("account id is not acceptable: " + e.getMessage());
        }
        long cents = csv.number("amount_cents");
        if (cents < 0) {
            throw csv.wrong("amount is below zero, the direction says what it does: amount_cents=" + cents);
        }
        return switch (csv.text("direction").toLowerCase(Locale.ROOT)) {
            case "credit" -> new Transaction(id, account, cents);
            case "debit" -> new Transaction(id, account, -cents);
            default -> throw csv.wrong("direction is neither credit nor debit: direction=" + csv.text("direction"));
        };
    }
}
