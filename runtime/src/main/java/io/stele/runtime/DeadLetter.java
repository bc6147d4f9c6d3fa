package io.stele.runtime;

/**
 * A message that was taken, or could not be, and was never handled.
 *
 * @param message what was told or asked, without its envelope
 * @param recipient who did not get it: a path, or a persistence id
 * @param reason why not
 */
public record DeadLetter(Object message, String recipient, Reason reason) {

    /** Why a message was not handled. */
    public enum Reason {
        /** The actor had stopped, or stopped first. */
        STOPPED,
        /** The mailbox was full, and drops the newest or the oldest. */
        DROPPED,
        /** The actor failed, could not be recovered, or refused a command that nobody waits for. */
        REFUSED
    }
}
