package io.stele.runtime;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How many messages wait, by kind of actor. Somebody has to go round all actors in memory for that, so it is done at most once a
 * second, and never more than one hundredth of the time.
 *
 * <p>Any thread.
 */
final class Census {
    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_FACTOR = 100;

    private Map<TypeMeters, long[]> waiting = new HashMap<>();
    private long nextNs;
    private boolean begun;

    /** Returns how many messages of one kind waited when somebody last went round. */
    synchronized long waiting(ActorSystem system, TypeMeters type) {
        long nowNs = system.clock().nanoTime();
        if (!begun || nowNs - nextNs >= 0) {
            begun = true;
            Map<TypeMeters, long[]> counted = new HashMap<>();
            system.forEachCell(cell -> add(counted, cell));
            waiting = counted;
            long endNs = system.clock().nanoTime();
            nextNs = endNs + Math.max(PAUSE_NS, PAUSE_FACTOR * (endNs - nowNs));
        }
        long[] count = waiting.get(type);
        return count == null ? 0 : count[0];
    }

    /** Shows all actors below another one, which is not among them, to {@code visitor}. Any thread. */
    static void forEachBelow(LocalActor<?> root, Consumer<? super Cell> visitor) {
        ArrayDeque<LocalActor<?>> left = new ArrayDeque<>(List.of(root));
        for (LocalActor<?> next = left.poll(); next != null; next = left.poll()) {
            Children living = next.children;
            if (living != null) {
                left.addAll(living.inOrder());
            }
            if (next != root) {
                visitor.accept(next);
            }
        }
    }

    private static void add(Map<TypeMeters, long[]> counted, Cell cell) {
        @Nullable TypeMeters type = cell.meters();
        int count = cell.waitingCount();
        if (type != null && count > 0) {
            counted.computeIfAbsent(type, unused -> new long[1])[0] += count;
        }
    }
}
