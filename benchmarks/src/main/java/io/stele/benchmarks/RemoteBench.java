package io.stele.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Measures messages of 100 bytes between two JVMs on the loopback interface, beside Pekko's Artery over TCP: each load runs in JVMs of
 * its own, which take turns. The arguments are those of {@link JournalBench}. Without Pekko's module ({@code mvn -pl benchmarks-pekko
 * package}) it measures the others.
 */
public final class RemoteBench {
    static final List<Row> ROWS = List.of(
            new RemoteRow("tell", "tell, one thread to one actor", "tell", false, 5, 0),
            new RemoteRow("ask-1", "ask and wait, one thread", "ask-1", false, 3, 0),
            new RemoteRow("ask-100", "ask, 100 outstanding", "ask-100", false, 4, 0),
            new RemoteRow("reliable", "reliable tell", "reliable", false, 0, 0.5),
            new RemoteRow("tls", "tell over TLS 1.3", "tell", true, 0, 0.5),
            new NoticeRow("dead", "a node was killed", "KILL"),
            new NoticeRow("half-open", "a node has stopped, its connections have not", "STOP"));

    private RemoteBench() {}

    /** Measures what the arguments say, and ends the process: 0 if every row gave figures, 1 if one did not, 2 for usage. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        System.exit(JournalBench.run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), ROWS, arguments));
    }
}
