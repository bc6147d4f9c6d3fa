package io.stele.it;

/** What a campaign has come to. Only the first of them counts as passed. */
enum Verdict {
    /** Something was tried, and every promise held. */
    HELD("held"),
    /** A promise was broken. */
    VIOLATED("VIOLATED"),
    /** The campaign itself has failed, or nothing was tried at all: nobody knows. */
    BROKEN("BROKEN"),
    /** This machine lacks what it needs. */
    NOT_RUN("not run");

    private final String word;

    Verdict(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }
}
