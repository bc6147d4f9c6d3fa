package io.stele.tools;

import picocli.CommandLine.Option;

/** What all commands have of their own: help. */
abstract class SubCommand {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    private boolean help;

    /** Whether help was asked for; picocli answers it before the command runs. */
    final boolean isHelpAsked() {
        return help;
    }
}
