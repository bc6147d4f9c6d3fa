package io.stele.tools;

/** What a piece of text means on screen; {@link Screen} knows whether and how to colour it. */
enum Paint {
    NONE(""),
    BOLD("1"),
    DIM("2"),
    GOOD("32"),
    WARN("33"),
    BAD("31"),
    ACCENT("36");

    final String code;

    Paint(String code) {
        this.code = code;
    }
}
