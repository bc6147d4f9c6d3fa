package io.stele.recovery;

import io.stele.spi.SteleException;
import java.util.Set;

/** A decision to skip stands behind an event that was applied. Never leaves {@link Recovery}. */
final class LateSkip extends SteleException {
    private final transient Set<Long> skipped;

    LateSkip(Set<Long> skipped) {
        super("an event that was applied is to be left out: sequenceNumbers=" + skipped);
        this.skipped = skipped;
    }

    Set<Long> skipped() {
        return skipped;
    }
}
