package io.stele.runtime;

/** The reply of a command that has nothing to tell but that it was carried out. */
public enum Done {
    /** It was. */
    DONE
}
