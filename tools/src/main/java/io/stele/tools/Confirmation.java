package io.stele.tools;

import java.io.IOException;
import java.io.PrintStream;

/** Asks before something is changed that does not come back. Where nobody can answer, the answer is no. */
final class Confirmation {
    private Confirmation() {}

    /**
     * Returns if it may be done: {@code --yes} was given, or somebody at a terminal typed {@code word}.
     *
     * @param what would be done, and what of it does not come back
     * @throws CommandFailure otherwise; nothing was changed
     */
    static void require(GlobalOptions options, boolean yes, String what, String word) {
        if (yes) {
            return;
        }
        Console console = options.console();
        if (!console.inIsTerminal() || !console.errIsTerminal()) {
            throw refused(what + "; where nobody can be asked it needs --yes; nothing was changed");
        }
        PrintStream err = console.err();
        console.out().flush();
        err.print(SafeText.of(what) + "\nType " + SafeText.of(word) + " to go on: ");
        err.flush();
        try {
            String answer = new LineReader(console.in()).next();
            if (answer == null || !answer.strip().equals(word)) {
                throw refused("it was not confirmed; nothing was changed");
            }
        } catch (IOException e) {
            throw refused("no answer can be read; nothing was changed");
        }
    }

    private static CommandFailure refused(String sentence) {
        return new CommandFailure(ErrorCode.NEEDS_YES, sentence);
    }
}
