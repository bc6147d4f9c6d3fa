package io.stele.benchmarks;

import io.stele.load.Load;
import io.stele.load.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/** The limit of every mailbox: JCTools queues, and a bare thread that empties them in turn. */
public final class RawMailbox implements Subject {
    private static final Object MESSAGE = new byte[100];
    private static final int CAPACITY = 1 << 14;
    private static final int IN_A_ROW = 64;

    private RawMailbox() {}

    /** Runs one load: see {@link Load#main}. Knows {@code tell} alone. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Load.main(RawMailbox::new, arguments);
        System.exit(0);
    }

    @Override
    public Sender counters(List<Runnable> onMessage) {
        List<MpscVarHandleArrayQueue<Object>> queues = new ArrayList<>();
        onMessage.forEach(own -> queues.add(new MpscVarHandleArrayQueue<>(CAPACITY)));
        Thread consumer = new Thread(() -> consume(queues, onMessage), "consumer");
        consumer.setDaemon(true);
        consumer.start();
        return actor -> queues.get(actor).offer(MESSAGE);
    }

    private static void consume(List<MpscVarHandleArrayQueue<Object>> queues, List<Runnable> onMessage) {
        while (true) {
            for (int i = 0; i < queues.size(); i++) {
                MpscVarHandleArrayQueue<Object> queue = queues.get(i);
                for (int n = 0; n < IN_A_ROW && queue.poll() != null; n++) {
                    onMessage.get(i).run();
                }
            }
        }
    }

    @Override
    public void pingPong(int pairs, Runnable onRoundTrip) {
        throw new UnsupportedOperationException("a queue does not answer");
    }

    @Override
    public Caller echo() {
        throw new UnsupportedOperationException("a queue does not answer");
    }

    @Override
    public void spawn(int count, Runnable onStarted) {
        throw new UnsupportedOperationException("a queue has no children");
    }

    @Override
    public Caller accounts(int count, Storage storage, Path directory) {
        throw new UnsupportedOperationException("a queue stores nothing");
    }

    @Override
    public void fill(int actors, int events, Path directory) {
        throw new UnsupportedOperationException("a queue stores nothing");
    }

    @Override
    public Returning returning(int actors, Path directory) {
        throw new UnsupportedOperationException("a queue stores nothing");
    }

    @Override
    public void close() {}
}
