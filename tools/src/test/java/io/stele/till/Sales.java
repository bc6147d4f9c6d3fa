package io.stele.till;

import io.stele.runtime.Command;
import io.stele.runtime.Done;

/** What two versions of a till have in common. Outside the package of the tools, as users' classes are. */
public final class Sales {
    private Sales() {}

    /** A sale to be made. */
    public record Sell(String commandId, long cents) implements Command<Done> {}

    /** A sale. */
    public record Sold(long cents) {}

    /** All sales together. */
    public record Sum(long cents, long count) {}
}
