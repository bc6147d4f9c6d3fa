package io.stele.remote;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * A few {@link BodyKryo}s for whichever thread needs one. A thread looks into the one place that its id leads to, so that threads
 * seldom meet; an empty place means a new one, a full one at the end means that it is let go. Allocates nothing on a hit.
 */
final class BodyPool {

    private static final int PLACE_COUNT = 64;

    private final AtomicReferenceArray<BodyKryo> places = new AtomicReferenceArray<>(PLACE_COUNT);
    private final Supplier<BodyKryo> maker;

    BodyPool(Supplier<BodyKryo> maker) {
        this.maker = maker;
    }

    BodyKryo take() {
        BodyKryo pooled = places.getAndSet(place(), null);
        return pooled == null ? maker.get() : pooled;
    }

    void giveBack(BodyKryo kryo) {
        kryo.clear();
        if (!places.compareAndSet(place(), null, kryo)) {
            kryo.end();
        }
    }

    @SuppressWarnings("deprecation") // threadId() came with Java 19
    private static int place() {
        return (int) (Thread.currentThread().getId() & (PLACE_COUNT - 1));
    }
}
