package io.stele.tools;

import io.stele.Stele;
import io.stele.examples.BankAccount.Balance;
import io.stele.examples.BankAccount.Deposit;
import io.stele.examples.BankAccount.GetBalance;
import io.stele.examples.BankAccount.Withdraw;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandRejectedException;
import io.stele.spi.Durability;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The process that the demo kills: a bank of persistent actors behind {@link BankProtocol} on stdin and stdout.
 *
 * <p>It has no means of its own against a kill, and no memory but the data directory.
 */
final class DemoBank {
    private static final String END = "";

    /** Every start begins a segment in every lane, so large ones would fill the disk with zeros. */
    private static final int SEGMENT_BYTES = 4 << 20;

    private static final int PAYLOAD_BYTES_MAX = 64 << 10;

    private final ActorSystem system;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private DemoBank(ActorSystem system, Durability durability) {
        this.system = system;
        system.register(new DemoAccount(durability));
    }

    /**
     * Runs the bank until its input ends.
     *
     * @param args the data directory, then the durability
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Quiet.on("WARN");
        long startNs = System.nanoTime();
        ActorSystem system = Stele.builder(Path.of(args[0]))
                .journal(options ->
                        options.withPayloadBytesMax(PAYLOAD_BYTES_MAX).withSegmentBytes(SEGMENT_BYTES))
                .open();
        long openNs = System.nanoTime() - startNs;
        serve(system, Durability.valueOf(args[1]), openNs, System.in, new FileOutputStream(FileDescriptor.out));
    }

    /** Serves one demo, then closes the system. */
    static void serve(ActorSystem system, Durability durability, long openNs, InputStream in, OutputStream out)
            throws IOException, InterruptedException {
        DemoBank bank = new DemoBank(system, durability);
        Thread writer = new Thread(() -> bank.write(out), "bank-answers");
        writer.start();
        bank.answers.add(BankProtocol.line(BankProtocol.READY, openNs));
        LineReader lines = new LineReader(in);
        String line = lines.next();
        while (line != null) {
            bank.onLine(BankProtocol.fields(line));
            line = lines.next();
        }
        system.close();
        bank.answers.add(BankProtocol.BYE);
        bank.answers.add(END);
        writer.join();
    }

    private void onLine(String[] fields) {
        switch (fields[0]) {
            case BankProtocol.BOOK -> book(fields[1], fields[2], fields[3], Long.parseLong(fields[4]));
            case BankProtocol.ASK -> ask(fields[1], fields[2], new GetBalance(), BankProtocol.BALANCE);
            default -> throw new IllegalArgumentException("demo said something unexpected: line=" + fields[0]);
        }
    }

    private void book(String index, String id, String account, long cents) {
        Command<Balance> command = cents < 0 ? new Withdraw(id, -cents) : new Deposit(id, cents);
        ask(index, account, command, BankProtocol.DONE);
    }

    private void ask(String index, String account, Command<Balance> command, String answer) {
        system.entity(DemoAccount.class, account)
                .ask(command)
                .whenComplete((balance, failure) -> answers.add(
                        failure == null
                                ? BankProtocol.line(answer, index, balance.cents(), balance.transactions())
                                : refusal(index, failure)));
    }

    private static String refusal(String index, Throwable failure) {
        Throwable reason =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return reason instanceof CommandRejectedException rejected
                ? BankProtocol.line(BankProtocol.REJECTED, index, rejected.reason())
                : BankProtocol.line(BankProtocol.FAILED, index, reason);
    }

    private void write(OutputStream out) {
        try (BufferedOutputStream buffered = new BufferedOutputStream(out, 64 * 1024)) {
            String answer = answers.take();
            while (!answer.equals(END)) {
                buffered.write((answer + "\n").getBytes(StandardCharsets.UTF_8));
                @Nullable String more = answers.poll();
                if (more == null) {
                    buffered.flush();
                    more = answers.take();
                }
                answer = more;
            }
        } catch (IOException e) {
            // The demo is gone, and its end of the other pipe with it: the input ends, and the bank closes.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
