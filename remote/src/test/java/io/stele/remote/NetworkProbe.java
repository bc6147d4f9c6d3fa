package io.stele.remote;

import io.stele.runtime.ActorRef;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Two nodes in a JVM of its own, to be started in a network of its own. Takes commands, a line each, and answers with a line each:
 *
 * <pre>
 *   tell N      sends the next N numbers, reliably     told
 *   received    what has come in                       N in-order | N out-of-order
 *   state       how the peer is                        UP, LOST, …
 * </pre>
 */
final class NetworkProbe {

    private NetworkProbe() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (TwoNodes nodes = new TwoNodes();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            List<Long> received = new CopyOnWriteArrayList<>();
            nodes.right.<Bank.Note>spawn("notes", () -> (note, context) -> received.add(note.number()));
            ActorRef<Bank.Note> notes = nodes.leftNode.reliable(nodes.left.actorFor("stele://right/actor/notes"));
            long number = 0;
            out.println("port " + nodes.rightNode.endpoint().port());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("tell ")) {
                    for (int i = Integer.parseInt(line.substring("tell ".length())); i > 0; i--) {
                        number++;
                        while (!notes.tell(new Bank.Note(0, number))) {
                            LockSupport.parkNanos(1_000_000);
                        }
                    }
                    out.println("told");
                } else if (line.equals("received")) {
                    out.println(inOrder(received));
                } else {
                    out.println(nodes.leftNode.status().get(0).state());
                }
            }
        }
    }

    private static String inOrder(List<Long> received) {
        List<Long> seen = List.copyOf(received);
        for (int i = 0; i < seen.size(); i++) {
            if (seen.get(i) != i + 1) {
                return seen.size() + " out-of-order";
            }
        }
        return seen.size() + " in-order";
    }
}
