package io.stele.remote;

/**
 * Where a node listens.
 *
 * @param host a name or an address, 1 to 255 characters
 * @param port 0 to 65,535; 0 for any free one, where something is to listen
 */
public record Endpoint(String host, int port) {
    private static final int HOST_LENGTH_MAX = 255;
    private static final int PORT_MAX = 65_535;

    /** Checks both. */
    public Endpoint {
        if (host.isEmpty() || host.length() > HOST_LENGTH_MAX || host.chars().anyMatch(c -> c <= ' ' || c == 127)) {
            throw new IllegalArgumentException(
                    "host must have 1 to " + HOST_LENGTH_MAX + " characters without blanks: length=" + host.length());
        }
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("port is out of range: port=" + port + ", portMax=" + PORT_MAX);
        }
    }

    /**
     * Reads {@code host:port}; an IPv6 address stands in brackets.
     *
     * @throws IllegalArgumentException if it is not that
     */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            if (colon > 0) {
                String host = text.substring(0, colon);
                boolean bracketed = host.startsWith("[") && host.endsWith("]");
                return new Endpoint(
                        bracketed ? host.substring(1, host.length() - 1) : host,
                        Integer.parseInt(text.substring(colon + 1)));
            }
        } catch (NumberFormatException e) {
            // falls through to the sentence below
        }
        throw new IllegalArgumentException("endpoint is not understood, write host:port: length=" + text.length());
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
