package io.stele.tools;

/**
 * One thing that {@code doctor} has looked at.
 *
 * @param check what
 * @param status how it is
 * @param found what was found
 * @param advice one sentence; empty if none is needed
 */
record Diagnosis(String check, Status status, String found, String advice) {

    /** How something is. */
    enum Status {
        WELL,
        /** Works, but could be better. */
        REMARK,
        WRONG
    }

    static Diagnosis well(String check, String found) {
        return new Diagnosis(check, Status.WELL, found, "");
    }

    /** Well if {@code isWell}; otherwise a remark, or wrong, with an advice. */
    static Diagnosis of(String check, boolean isWell, Status otherwise, String found, String advice) {
        return isWell ? well(check, found) : new Diagnosis(check, otherwise, found, advice);
    }
}
