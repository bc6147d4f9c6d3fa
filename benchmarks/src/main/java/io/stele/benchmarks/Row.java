package io.stele.benchmarks;

import java.io.IOException;

/** One line of the table. Measures in directories of its own and leaves nothing behind. */
interface Row {

    /** Returns what it is called on the command line. */
    String key();

    /** Returns what it measures, in a few words. */
    String what();

    /** Measures. */
    RowReport run(Bench bench) throws IOException, InterruptedException;
}
