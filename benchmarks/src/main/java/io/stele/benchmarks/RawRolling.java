package io.stele.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A raw queue that rolls by size while one thread appends, with the two threads beside it that a journal cannot do without: one
 * fills segments ahead, one forces. The least that steady appending costs on this disk.
 */
final class RawRolling implements AutoCloseable {
    private static final int SEGMENTS_AHEAD = 2;
    private static final long FORCE_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final RawQueue queue;
    private final RawQueue.Appender appender;
    private final long segmentBytesMax;
    private final Thread filler = new Thread(() -> repeat(this::fillAhead), "raw-filler");
    private final Thread forcer = new Thread(() -> repeat(this::force), "raw-forcer");
    private long segmentBytes;
    private int created;
    private volatile boolean stopped;
    private volatile @Nullable IOException failure;

    RawRolling(RawQueue queue, int recordBytes) throws IOException {
        this.queue = queue;
        appender = queue.appender(recordBytes);
        segmentBytesMax = queue.segmentBytes() - (64 << 10);
        fillAhead();
        queue.roll();
        append();
        filler.start();
        forcer.start();
    }

    void append() {
        segmentBytes += appender.documentBytes();
        if (segmentBytes > segmentBytesMax) {
            queue.roll();
            segmentBytes = appender.documentBytes();
        }
        appender.append();
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        boolean interrupted = false;
        for (Thread thread : new Thread[] {filler, forcer}) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        IOException cause = failure;
        if (cause != null) {
            throw cause;
        }
    }

    private void repeat(Side.Preparation work) {
        try {
            while (!stopped) {
                work.run();
                LockSupport.parkNanos(FORCE_INTERVAL_NS);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private void fillAhead() throws IOException {
        created = Math.max(created, queue.segment());
        while (created < queue.segment() + SEGMENTS_AHEAD && !stopped) {
            queue.create(++created);
        }
    }

    private void force() throws IOException {
        queue.force();
    }
}
