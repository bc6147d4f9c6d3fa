package io.stele.codec;

import io.stele.spi.PayloadCodecException;
import org.jspecify.annotations.Nullable;

/**
 * Why a value cannot be written or read, on its way up to the codec: every record that it passes adds the component it was in.
 */
final class Refusal extends RuntimeException {

    private final String what;
    private final String facts;
    private String path = "";

    Refusal(String what, String facts) {
        this(what, facts, null);
    }

    Refusal(String what, String facts, @Nullable Throwable cause) {
        super(what, cause, false, false);
        this.what = what;
        this.facts = facts;
    }

    /** Notes the component that it happened in. */
    Refusal in(String component) {
        path = path.isEmpty() ? component : component + "." + path;
        return this;
    }

    /** Turns it into what users see. */
    PayloadCodecException report(String action, String type) {
        StringBuilder message = new StringBuilder(action + ", " + what + ": type=" + Json.escape(type));
        if (!path.isEmpty()) {
            message.append(", component=").append(path);
        }
        if (!facts.isEmpty()) {
            message.append(", ").append(facts);
        }
        return new PayloadCodecException(message.toString(), getCause());
    }
}
