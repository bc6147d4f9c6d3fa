package io.stele.it;

import io.stele.Stele;
import io.stele.examples.BankAccount;
import io.stele.examples.BankAccount.Deposit;
import io.stele.journal.JournalOptions;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.EntityRef;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A process that keeps accounts and is there to be killed. Reads one transaction a line, {@code ACCOUNT ID CENTS}, and prints
 * {@code ID} once it is acknowledged.
 */
final class Node {
    private static final int SEGMENT_BYTES = 1 << 20;

    private Node() {}

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        try (ActorSystem system = open(Path.of(args[0]))) {
            out.println("ready");
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split(" ", -1);
                EntityRef account = system.entity(BankAccount.class, fields[0]);
                account.ask(new Deposit(fields[1], Long.parseLong(fields[2])))
                        .whenComplete((balance, failure) ->
                                out.println(failure == null ? fields[1] : "failed " + fields[1] + " " + failure));
            }
        }
    }

    static ActorSystem open(Path directory) {
        return Stele.builder(directory).journal(Node::small).open();
    }

    private static JournalOptions small(JournalOptions options) {
        return options.withSegmentBytes(SEGMENT_BYTES).withLaneCount(2);
    }
}
