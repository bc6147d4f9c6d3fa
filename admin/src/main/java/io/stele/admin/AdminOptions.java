package io.stele.admin;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Where the admin page is served, and to whom.
 *
 * @param address on which it listens; loopback by default, so that nobody else can reach it
 * @param port 0 to 65535; 0 takes one that is free
 * @param token what a browser or a program must know, at least {@value #TOKEN_LENGTH_MIN} characters of {@code A-Z a-z 0-9 - _}
 * @param isReadOnly whether everything that changes something is refused
 */
public record AdminOptions(InetAddress address, int port, String token, boolean isReadOnly) {
    /** The shortest token that is taken. */
    public static final int TOKEN_LENGTH_MIN = 16;

    private static final int TOKEN_BYTES = 16;
    private static final int PORT_MAX = 65_535;

    /** Checks the ranges. */
    public AdminOptions {
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("port is out of range: port=" + port + ", portMax=" + PORT_MAX);
        }
        if (token.length() < TOKEN_LENGTH_MIN || !token.matches("[A-Za-z0-9_-]*")) {
            throw new IllegalArgumentException("token must have at least " + TOKEN_LENGTH_MIN
                    + " characters, letters, digits, - and _ only: length=" + token.length());
        }
    }

    /** Serves on a free port of the loopback address, to whoever knows a token that is made up now. */
    public static AdminOptions of() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return new AdminOptions(
                InetAddress.getLoopbackAddress(), 0, HexFormat.of().formatHex(random), false);
    }

    /** Serves on another address. Anything but loopback sends the token and all data in the clear: put a TLS proxy in front. */
    public AdminOptions withAddress(InetAddress value) {
        return new AdminOptions(value, port, token, isReadOnly);
    }

    /** Serves on another port. */
    public AdminOptions withPort(int value) {
        return new AdminOptions(address, value, token, isReadOnly);
    }

    /** Asks for another token. */
    public AdminOptions withToken(String value) {
        return new AdminOptions(address, port, value, isReadOnly);
    }

    /** Refuses everything that changes something. */
    public AdminOptions readOnly() {
        return new AdminOptions(address, port, token, true);
    }

    /** Leaves the token out. */
    @Override
    public String toString() {
        return "AdminOptions[address=" + address + ", port=" + port + ", isReadOnly=" + isReadOnly + "]";
    }
}
