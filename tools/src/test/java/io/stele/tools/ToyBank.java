package io.stele.tools;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A bank that keeps its transactions in a text file, or says so. What it does wrong on purpose the demo must find.
 *
 * <p>Arguments: the file, then one of the manners.
 */
final class ToyBank {
    /** How it does its work. */
    enum Manner {
        /** Writes, then acknowledges, once per id. */
        HONEST,
        /** Acknowledges, and writes when it feels like it. */
        FORGETFUL,
        /** Carries out its last transaction again whenever it starts. */
        REPEATING,
        /** Says after its thousandth transaction that it does not know. */
        CONFUSED,
        /** Ends after its thousandth transaction. */
        MORTAL
    }

    private ToyBank() {}

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        Manner manner = Manner.valueOf(args[1]);
        Set<String> known = new HashSet<>();
        Map<String, long[]> accounts = new HashMap<>();
        List<String> before = Files.exists(file) ? new ArrayList<>(Files.readAllLines(file)) : new ArrayList<>();
        if (manner == Manner.REPEATING && !before.isEmpty()) {
            before.add(before.get(before.size() - 1));
            Files.write(file, before);
        }
        for (String line : before) {
            known.add(line.split("\t", -1)[0]);
            fold(accounts, line.split("\t", -1)[1], Long.parseLong(line.split("\t", -1)[2]));
        }
        StringBuilder unwritten = new StringBuilder();
        int count = 0;
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true);
                PrintStream answers =
                        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)) {
            answers.print("ready\t1000\n");
            LineReader lines = new LineReader(System.in);
            for (String line = lines.next(); line != null; line = lines.next()) {
                String[] fields = line.split("\t", -1);
                if (fields[0].equals("ask")) {
                    long[] account = accounts.getOrDefault(fields[2], new long[2]);
                    answers.print("balance\t" + fields[1] + "\t" + account[1] + "\t" + account[0] + "\n");
                    continue;
                }
                count++;
                if (manner == Manner.MORTAL && count == 1_000) {
                    System.exit(7);
                }
                if (known.add(fields[2])) {
                    fold(accounts, fields[3], Long.parseLong(fields[4]));
                    unwritten.append(fields[2] + "\t" + fields[3] + "\t" + fields[4] + "\n");
                }
                if (manner != Manner.FORGETFUL || count % 100 == 0) {
                    out.write(unwritten.toString().getBytes(StandardCharsets.UTF_8));
                    unwritten.setLength(0);
                }
                answers.print(
                        manner == Manner.CONFUSED && count == 1_000
                                ? "failed\t" + fields[1] + "\tno idea\n"
                                : "done\t" + fields[1] + "\n");
                if (answers.checkError()) {
                    return;
                }
            }
            out.write(unwritten.toString().getBytes(StandardCharsets.UTF_8));
            answers.print("bye\n");
        }
    }

    private static void fold(Map<String, long[]> accounts, String account, long cents) {
        long[] sum = accounts.computeIfAbsent(account, id -> new long[2]);
        sum[0]++;
        sum[1] += cents;
    }
}
