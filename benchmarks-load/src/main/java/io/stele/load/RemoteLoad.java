package io.stele.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.Recorder;

/**
 * One load between two JVMs on one machine. The first is started with {@code serve}, prints its port and ends when its input does. The
 * other one is told what to do:
 *
 * <pre>
 *   tell        one thread sends, a bounded number of messages on their way; what the receiver has counted is measured
 *   reliable    the same with messages that are acknowledged
 *   ask-N       N questions outstanding
 *   notice      how long until the other side counts as lost, which the caller stops meanwhile
 * </pre>
 */
public final class RemoteLoad {
    private static final int ON_THEIR_WAY = 20_000;
    private static final long FULL_NS = 20_000;
    private static final long NOTICE_MS_MAX = 60_000;

    private final RemoteSubject subject;
    private final Meter meter;
    private final AtomicLong counted = new AtomicLong();
    private final AtomicLong allocatedThere = new AtomicLong();

    private RemoteLoad(RemoteSubject subject, Meter meter) {
        this.subject = subject;
        this.meter = meter;
    }

    /**
     * Serves, or runs one load and prints what it has found.
     *
     * @param arguments {@code serve}; or name, port, warm-up and window in milliseconds
     * @throws IllegalArgumentException if there is no such load
     */
    public static void main(Supplier<RemoteSubject> subjects, String... arguments)
            throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (RemoteSubject subject = subjects.get()) {
            if (arguments[0].equals("serve")) {
                out.println("listening " + subject.serve());
                while (System.in.read() >= 0) {
                    Thread.onSpinWait(); // until whoever started this closes its end
                }
                return;
            }
            Meter meter = new Meter(Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
            new RemoteLoad(subject, meter).run(arguments[0], Integer.parseInt(arguments[1]), out);
        }
    }

    private void run(String name, int port, PrintStream out) throws IOException, InterruptedException {
        subject.connect(port, (count, allocated) -> {
            allocatedThere.set(allocated);
            counted.set(count);
        });
        if (name.equals("tell")) {
            send(subject::tell, out);
        } else if (name.equals("reliable")) {
            send(subject::tellReliably, out);
        } else if (name.startsWith("ask-")) {
            out.println(ask(Integer.parseInt(name.substring("ask-".length()))).toLine());
        } else if (name.equals("notice")) {
            notice(out);
        } else {
            throw new IllegalArgumentException("load is unknown: load=" + name);
        }
    }

    private void send(Sending sending, PrintStream out) {
        Thread sender = new Thread(
                () -> {
                    for (long sent = 1; true; sent++) {
                        while (!sending.send() || sent - counted.get() > ON_THEIR_WAY) {
                            LockSupport.parkNanos(FULL_NS);
                        }
                    }
                },
                "load");
        sender.setDaemon(true);
        sender.start();
        Meter.pause(meter.warmUpMs());
        long countBefore = counted.get();
        long allocatedBefore = allocatedThere.get();
        Measured measured = new Meter(0, meter.windowMs()).measure(counted::get, null);
        long count = Math.max(1, counted.get() - countBefore);
        out.println("receiver "
                + (allocatedThere.get() == 0 ? "-" : (allocatedThere.get() - allocatedBefore) / (double) count));
        out.println(measured.toLine());
    }

    private Measured ask(int outstanding) throws InterruptedException {
        LongAdder count = new LongAdder();
        Recorder latency = Meter.newRecorder();
        if (outstanding == 1) {
            Thread asker = new Thread(() -> askAndWait(count, latency), "load");
            asker.setDaemon(true);
            asker.start();
        } else {
            for (int i = 0; i < outstanding; i++) {
                askAgain(count, latency);
            }
        }
        return meter.measure(count::sum, latency);
    }

    /** As a caller would that needs the answer: a thread that waits. */
    private void askAndWait(LongAdder count, Recorder latency) {
        while (true) {
            CountDownLatch replied = new CountDownLatch(1);
            long startNs = System.nanoTime();
            subject.ask(replied::countDown);
            try {
                replied.await();
            } catch (InterruptedException e) {
                return;
            }
            Meter.record(latency, System.nanoTime() - startNs);
            count.increment();
        }
    }

    private void askAgain(LongAdder count, Recorder latency) {
        long startNs = System.nanoTime();
        subject.ask(() -> {
            Meter.record(latency, System.nanoTime() - startNs);
            count.increment();
            askAgain(count, latency);
        });
    }

    private void notice(PrintStream out) throws IOException {
        out.println("connected");
        int unused = System.in.read(); // whoever started this says that the other side is gone
        long startNs = System.nanoTime();
        long endNs = startNs + NOTICE_MS_MAX * 1_000_000;
        while (subject.isConnected() && System.nanoTime() - endNs < 0) {
            Meter.pause(1);
        }
        out.println(new Measured(1, System.nanoTime() - startNs, unused < 0 ? 0 : 1, null).toLine());
    }

    @FunctionalInterface
    private interface Sending {
        boolean send();
    }
}
