package io.stele.tools;

/**
 * What the demo and its bank say to each other over a pipe: one line each, fields separated by a tab, UTF-8.
 *
 * <pre>
 *   demo to bank                              bank to demo
 *                                             ready  nanoseconds that opening the directory took
 *   book   index  id  account  cents          done      index                carried out, and durable
 *                                             rejected  index  reason        not carried out
 *                                             failed    index  reason        not known what became of it
 *   ask    index  account                     balance   index  cents  transactions
 *   end of input                              bye                            everything is closed
 * </pre>
 *
 * <p>The index is the demo's own number for the line, and comes back with the answer. Pure functions.
 */
final class BankProtocol {
    static final String READY = "ready";
    static final String BOOK = "book";
    static final String DONE = "done";
    static final String REJECTED = "rejected";
    static final String FAILED = "failed";
    static final String ASK = "ask";
    static final String BALANCE = "balance";
    static final String BYE = "bye";

    private static final String SEPARATOR = "\t";

    private BankProtocol() {}

    /** Joins fields; control characters in the last one, a reason, become blanks. */
    static String line(Object... fields) {
        StringBuilder line = new StringBuilder();
        for (Object field : fields) {
            line.append(line.isEmpty() ? "" : SEPARATOR);
            line.append(String.valueOf(field).replaceAll("\\p{Cntrl}+", " "));
        }
        return line.toString();
    }

    static String book(int index, Transaction transaction) {
        return line(BOOK, index, transaction.id(), transaction.account(), transaction.cents());
    }

    static String[] fields(String line) {
        return line.split(SEPARATOR, -1);
    }
}
