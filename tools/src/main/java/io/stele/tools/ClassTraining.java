package io.stele.tools;

import io.stele.Stele;
import io.stele.examples.BankAccount;
import io.stele.runtime.ActorSystem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs what users run most, on a small bank of its own, so that the JVM can write down which classes that takes. The launcher has it
 * run once per JDK and makes a class archive of the list: a command starts in half the time when its classes need not be read,
 * parsed and verified again.
 *
 * <pre>
 *   java -XX:DumpLoadedClassList=LIST … ClassTraining        this
 *   java -Xshare:dump -XX:SharedClassListFile=LIST …         the archive
 *   java -XX:SharedArchiveFile=… … Main inspect              every command; a JVM that the archive does not fit goes without
 * </pre>
 */
final class ClassTraining {
    private static final int ACCOUNTS = 3;
    private static final int COLUMNS = 100;

    private ClassTraining() {}

    /** Ends with 1 if something went wrong: then there is no archive, and commands start as they do without. */
    public static void main(String[] args) throws IOException, ClassNotFoundException {
        Quiet.on("OFF");
        for (Class<?> type : List.of(HandlerSide.class, PipeOutput.class, Unfinished.class, UserLoader.class)) {
            Class<?> unused = Class.forName(type.getName()); // what only the real main method needs
        }
        Path directory = Files.createTempDirectory("stele-training-");
        try {
            fill(directory);
            for (List<String> command : commands(directory)) {
                for (boolean isTerminal : new boolean[] {true, false}) {
                    int unused = Main.run(silent(isTerminal), command.toArray(String[]::new));
                }
            }
        } finally {
            delete(directory);
        }
        System.exit(0);
    }

    private static void fill(Path directory) {
        try (ActorSystem bank = Stele.open(directory)) {
            for (int round = 0; round < 2; round++) {
                for (int account = 0; account < ACCOUNTS; account++) {
                    BankAccount.Balance unused = bank.entity(BankAccount.class, Integer.toString(account))
                            .ask(new BankAccount.Deposit("command-" + round + account, 100L + account))
                            .toCompletableFuture()
                            .join();
                }
            }
        }
    }

    private static List<List<String>> commands(Path directory) {
        List<List<String>> commands = new ArrayList<>(List.of(
                List.of("version"),
                List.of("help"),
                List.of("inspect", "--help"),
                List.of("explain", "S101"),
                List.of("examples"),
                List.of("no-such-command")));
        String actor = "bank-account/1";
        for (List<String> command : List.of(
                List.of("inspect"),
                List.of("ls"),
                List.of("show", actor),
                List.of("show", "bank-account/9"),
                List.of("state", actor, "--at", "1"),
                List.of("events", actor),
                List.of("events", "--all", "--json"),
                List.of("tail"),
                List.of("stats"),
                List.of("diff", actor, "--from", "1", "--to", "2"),
                List.of("query", "select count(), sum(cents) where cents > 1 group by day"),
                List.of("verify"),
                List.of("export"),
                List.of("doctor"),
                List.of("compact"),
                List.of("recovery-plan"),
                List.of("quarantine", "list"),
                List.of("inspect", "--json"))) {
            List<String> whole = new ArrayList<>(command);
            whole.addAll(List.of("--data-dir", directory.toString()));
            commands.add(whole);
        }
        return commands;
    }

    private static Console silent(boolean isTerminal) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Console(
                InputStream.nullInputStream(),
                nowhere,
                nowhere,
                isTerminal,
                isTerminal,
                isTerminal,
                COLUMNS,
                true,
                "stele",
                Map.of());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
