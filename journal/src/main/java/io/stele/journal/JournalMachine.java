package io.stele.journal;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * What a journal that is open for writing runs on: the real machine, or a simulated one, whose disk forgets and whose threads are
 * turns that somebody gives.
 *
 * @param storage the file system, apart from reading and the mapped append
 * @param appenders the mapped append
 * @param workers who does what goes on beside appends
 * @param holder says who opens the journal; asked once per opening
 */
record JournalMachine(
        SegmentStorage storage, DocumentAppender.Factory appenders, Workers workers, Supplier<Holder> holder) {

    /** Returns the machine that this process runs on. */
    static JournalMachine real() {
        return of(new FileSegmentStorage(), ChronicleAppender::new);
    }

    /** Returns this machine with something else in place of its file system. */
    static JournalMachine of(SegmentStorage storage, DocumentAppender.Factory appenders) {
        return new JournalMachine(storage, appenders, Threads.INSTANCE, Holder::self);
    }

    /** Work that goes on for as long as a journal is open: {@link #run} does it until it is told to end, a turn at a time. */
    interface Worker extends Runnable {

        /** Does what there is to do now, and does not wait. What {@link #run} does between two pauses. */
        void turn();
    }

    /** Has workers work. */
    interface Workers {

        /** Returns a thread for a worker, which has not been started. */
        Thread create(Worker worker, String name);

        /** Says that there is something to do. Any thread; returns at once. */
        void wake(Thread thread);

        /** Waits for the end of a worker that was told to end. */
        void stop(Thread thread);
    }

    /** One daemon thread per worker. */
    static final class Threads implements Workers {
        private static final Threads INSTANCE = new Threads();

        @Override
        public Thread create(Worker worker, String name) {
            Thread thread = new Thread(worker, name);
            thread.setDaemon(true);
            return thread;
        }

        @Override
        public void wake(Thread thread) {
            LockSupport.unpark(thread);
        }

        @Override
        public void stop(Thread thread) {
            io.stele.journal.Threads.stop(thread);
        }
    }
}
