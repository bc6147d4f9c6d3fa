package io.stele.recovery;

import io.stele.spi.SteleException;

/** The next event is behind the moment that was asked for. Never leaves {@link Recovery}. */
final class MomentReached extends SteleException {

    MomentReached() {
        super("the moment that was asked for is reached");
    }
}
