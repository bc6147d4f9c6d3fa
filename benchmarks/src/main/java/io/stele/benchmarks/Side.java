package io.stele.benchmarks;

import java.io.IOException;

/** One side of a comparison. Confined to the thread that runs the rounds. */
interface Side {

    /** Makes ready for one round: not timed. */
    default void prepare() throws IOException {}

    /** Does the work of one round. */
    Sample run() throws IOException, InterruptedException;

    /** What is done before a round. */
    @FunctionalInterface
    interface Preparation {
        /** Does it. */
        void run() throws IOException;
    }

    /** Returns a side that is prepared as told. */
    static Side of(Preparation preparation, Side work) {
        return new Side() {
            @Override
            public void prepare() throws IOException {
                preparation.run();
            }

            @Override
            public Sample run() throws IOException, InterruptedException {
                return work.run();
            }
        };
    }
}
