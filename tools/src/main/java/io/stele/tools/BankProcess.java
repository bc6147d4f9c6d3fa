package io.stele.tools;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The bank's process, seen from the demo. Its answers arrive on a thread of their own; one thread at a time may send. Dies with
 * this process.
 */
final class BankProcess implements AutoCloseable {
    private static final int SIGKILL_EXIT = 128 + 9;
    private static final long END_TIMEOUT_S = 60;

    private final Process process;
    private final BufferedWriter input;
    private final Thread reader;
    private final Thread lastWill;

    private BankProcess(Process process, Consumer<String> onLine, Runnable onEnd) {
        this.process = process;
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.lastWill = new Thread(process::destroyForcibly, "stele-bank-last-will");
        Runtime.getRuntime().addShutdownHook(lastWill);
        this.reader = new Thread(() -> read(onLine, onEnd), "stele-bank-answers");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a bank.
     *
     * @param command what to run
     * @param log where its stderr is appended to
     * @param onLine takes each line that it says
     * @param onEnd called after the last line
     */
    static BankProcess start(List<String> command, Path log, Consumer<String> onLine, Runnable onEnd) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new BankProcess(process, onLine, onEnd);
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.DEMO_FAILED, "bank cannot be started: reason=" + e.getMessage(), e);
        }
    }

    /** Sends lines. Returns false if nobody is there to read them. */
    boolean send(List<String> lines) {
        try {
            for (String line : lines) {
                input.write(line);
                input.write('\n');
            }
            input.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Kills it with SIGKILL. It gets no chance to do anything about it. */
    void kill() {
        process.destroyForcibly();
    }

    /** Waits until it is gone and everything it said was heard. Returns whether SIGKILL ended it. */
    boolean awaitKilled() {
        return awaitEnd() == SIGKILL_EXIT;
    }

    /** Ends its input, upon which it closes everything. Returns whether it ended in good order. */
    boolean endInput() {
        try {
            input.close();
        } catch (IOException e) {
            // It is gone already; its exit value says how.
        }
        return awaitEnd() == 0;
    }

    /** Returns how it ended, once it has. */
    int awaitEnd() {
        try {
            if (!process.waitFor(END_TIMEOUT_S, TimeUnit.SECONDS)) {
                throw new CommandFailure(
                        ErrorCode.DEMO_FAILED,
                        "bank does not end: pid=" + process.pid() + ", timeoutS=" + END_TIMEOUT_S);
            }
            reader.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.DEMO_FAILED, "demo was interrupted", e);
        }
    }

    private void read(Consumer<String> onLine, Runnable onEnd) {
        LineReader output = new LineReader(process.getInputStream());
        try {
            String line = output.next();
            while (line != null) {
                onLine.accept(line);
                line = output.next();
            }
        } catch (IOException e) {
            // The pipe broke with the process: there is nothing more to hear.
        } finally {
            onEnd.run();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Runtime.getRuntime().removeShutdownHook(lastWill);
        } catch (IllegalStateException e) {
            // This process is ending, and the hook with it.
        }
    }
}
