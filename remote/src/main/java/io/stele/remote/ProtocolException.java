package io.stele.remote;

import io.stele.spi.SteleException;

/** What a peer has sent does not make sense; its connection is closed. */
final class ProtocolException extends SteleException {

    ProtocolException(String message) {
        super(message);
    }
}
