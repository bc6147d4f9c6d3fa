package io.stele.it;

import io.stele.it.CompactingNode.Add;
import io.stele.runtime.ActorSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process that counts, and takes memory on another thread until there is none. Prints {@code ID VALUE} for every acknowledgement. */
final class HungryNode {
    private static final int BEFORE = 200;
    private static final int PIECE_BYTES = 64 << 10;

    private HungryNode() {}

    public static void main(String[] args) {
        ActorSystem system = CompactingNode.open(Path.of(args[0]), new ArrayList<>());
        for (int turn = 0; ; turn++) {
            int i = turn % CompactingNode.COUNTERS;
            Long value = CompactingNode.entity(system, i)
                    .<Long>ask(new Add(""))
                    .toCompletableFuture()
                    .join();
            System.out.println(i + " " + value);
            if (turn == BEFORE) {
                new Thread(HungryNode::eat, "hungry").start();
            }
        }
    }

    private static void eat() {
        List<byte[]> eaten = new ArrayList<>();
        while (!eaten.contains(null)) {
            eaten.add(new byte[PIECE_BYTES]);
        }
    }
}
