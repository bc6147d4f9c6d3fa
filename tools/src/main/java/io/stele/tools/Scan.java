package io.stele.tools;

import io.stele.journal.Finding;
import io.stele.journal.JournalPieces;
import io.stele.spi.EventReader;
import io.stele.spi.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a journal on all processors, a piece at a time. A worker reads a piece, what it made of it comes back in the order
 * of the pieces or as it is ready. No more pieces are under way than there are workers, and one: memory is bounded by that.
 *
 * <p>Confined to the thread that runs it; {@link #status} may be asked from any.
 */
final class Scan {
    private static final long STOP_TIMEOUT_S = 60;
    private static final int BLOCKS_PER_WORKER = 4;
    private static final long PUT_TIMEOUT_MS = 100;

    private final JournalPieces journal;
    private final List<JournalPieces.Piece> wanted;
    private final Consumer<Finding> findings;
    private final AtomicLong bytesRead = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final long bytesTotal;
    private final int threadCount;

    /**
     * @param findings told of damage on any thread
     */
    Scan(JournalPieces journal, List<JournalPieces.Piece> wanted, Consumer<Finding> findings) {
        this.journal = journal;
        this.wanted = wanted;
        this.findings = findings;
        bytesTotal = Math.max(
                1, wanted.stream().mapToLong(JournalPieces.Piece::bytes).sum());
        threadCount = Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), wanted.size()));
    }

    /**
     * Makes something of one piece.
     *
     * @param <T> what
     */
    interface Part<T> extends EventReader {
        /** Returns it; called on the worker's thread when the piece has been read. */
        T result();
    }

    /**
     * Begins with a piece.
     *
     * @param <T> what is made of it
     */
    @FunctionalInterface
    interface Parts<T> {
        Part<T> begin(JournalPieces.Piece piece);
    }

    Progress.Status status() {
        long done = Math.min(bytesTotal, bytesRead.get());
        return new Progress.Status(done, bytesTotal, Units.bytes(done) + " of " + Units.bytes(bytesTotal), true);
    }

    long bytesRead() {
        return bytesRead.get();
    }

    /** Makes the workers stop soon. Any thread. */
    void stop() {
        stopped.set(true);
    }

    boolean isStopped() {
        return stopped.get();
    }

    /** Reads everything; {@code whole} takes each part on this thread, in the order of the pieces if {@code inOrder}. */
    <T> void run(Parts<T> parts, boolean inOrder, Consumer<T> whole) {
        ExecutorService workers = Executors.newFixedThreadPool(threadCount, Scan::daemon);
        try {
            if (inOrder) {
                runInOrder(workers, parts, whole);
            } else {
                runAsReady(workers, parts, whole);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.INTERRUPTED, "command was interrupted", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } finally {
            stopped.set(true);
            workers.shutdown();
            awaitEnd(workers);
        }
    }

    /**
     * Reads everything in order on one thread of its own, which copies it in blocks, works on the blocks on all processors, and hands on
     * what came out in order: an order that costs neither the memory of whole pieces nor the speed of one thread.
     *
     * @param work on any thread
     * @param whole takes what {@code work} returned, on this thread, in the order of the journal
     */
    <T> void runBlocks(Function<EventBlock, T> work, Consumer<T> whole) {
        int workerCount = Runtime.getRuntime().availableProcessors();
        ExecutorService workers = Executors.newFixedThreadPool(workerCount, Scan::daemon);
        BlockingQueue<Future<T>> waiting = new ArrayBlockingQueue<>(BLOCKS_PER_WORKER * workerCount);
        BlockReader<T> reader = new BlockReader<>(waiting, block -> workers.submit(() -> work.apply(block)));
        Thread reading = daemon(reader);
        reading.start();
        try {
            for (Future<T> next = waiting.take(); next != reader.end; next = waiting.take()) {
                whole.accept(next.get());
                reader.free.offer(reader.blocks.remove());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.INTERRUPTED, "command was interrupted", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } finally {
            stopped.set(true);
            workers.shutdown();
            awaitEnd(workers);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "stele-scan");
        thread.setDaemon(true);
        return thread;
    }

    /** Copies the journal in blocks, and has them worked on. */
    private final class BlockReader<T> implements Runnable {
        private final Future<T> end = new CompletableFuture<>();
        private final Queue<EventBlock> free = new ConcurrentLinkedQueue<>();
        /** Those that are being worked on, in the order of what waits. */
        private final Queue<EventBlock> blocks = new ConcurrentLinkedQueue<>();

        private final BlockingQueue<Future<T>> waiting;
        private final Function<EventBlock, Future<T>> begin;
        private EventBlock block = new EventBlock();

        BlockReader(BlockingQueue<Future<T>> waiting, Function<EventBlock, Future<T>> begin) {
            this.waiting = waiting;
            this.begin = begin;
        }

        @Override
        @SuppressWarnings("checkstyle:IllegalCatch") // whoever waits is told, whatever it is
        public void run() {
            try {
                for (JournalPieces.Piece piece : wanted) {
                    read(piece);
                }
                hand();
                put(end);
            } catch (RuntimeException | Error e) {
                blocks.add(block);
                put(CompletableFuture.failedFuture(e));
            }
        }

        private void read(JournalPieces.Piece piece) {
            EventReader copying = new EventReader() {
                @Override
                public void onEvent(StoredEvent event) {
                    block.addEvent(event, piece.lane());
                    handIfFull();
                }

                @Override
                public void onNote(StoredEvent note) {
                    block.addNote(note, piece.lane());
                    handIfFull();
                }
            };
            if (!isStopped()) {
                long unused = journal.read(piece, copying, findings, bytesRead::addAndGet, Scan.this::isStopped);
            }
        }

        private void handIfFull() {
            if (block.isFull()) {
                hand();
            }
        }

        private void hand() {
            if (block.isEmpty() || isStopped()) {
                block.clear();
                return;
            }
            blocks.add(block);
            put(begin.apply(block));
            EventBlock next = free.poll();
            block = next == null ? new EventBlock() : next;
            block.clear();
        }

        /** Waits for room, unless nobody wants it any more. */
        private void put(Future<T> next) {
            try {
                while (!isStopped() && !waiting.offer(next, PUT_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
                    // asks again whether it is still wanted
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            }
        }
    }

    private <T> void runInOrder(ExecutorService workers, Parts<T> parts, Consumer<T> whole)
            throws InterruptedException, ExecutionException {
        List<Future<T>> waiting = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < wanted.size() && !isStopped(); i++) {
            while (next < wanted.size() && next <= i + threadCount) {
                waiting.add(workers.submit(task(parts, wanted.get(next++))));
            }
            whole.accept(waiting.set(i, null).get());
        }
    }

    private <T> void runAsReady(ExecutorService workers, Parts<T> parts, Consumer<T> whole)
            throws InterruptedException, ExecutionException {
        CompletionService<T> ready = new ExecutorCompletionService<>(workers, new LinkedBlockingQueue<>());
        wanted.forEach(piece -> ready.submit(task(parts, piece)));
        for (int i = 0; i < wanted.size(); i++) {
            whole.accept(ready.take().get());
        }
    }

    private <T> Callable<T> task(Parts<T> parts, JournalPieces.Piece piece) {
        return () -> {
            Part<T> part = parts.begin(piece);
            if (!isStopped()) {
                long unused = journal.read(piece, part, findings, bytesRead::addAndGet, this::isStopped);
            }
            return part.result();
        };
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        if (cause instanceof RuntimeException known) {
            return known;
        }
        throw new IllegalStateException(cause);
    }

    private static void awaitEnd(ExecutorService workers) {
        try {
            boolean unused = workers.awaitTermination(STOP_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
