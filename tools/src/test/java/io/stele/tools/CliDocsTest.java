package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** docs/cli.md is what the commands say of themselves, and every one of them has an example. */
class CliDocsTest {
    private static final Path PAGE = Path.of("..", "docs", "cli.md");

    private static CommandLine line() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return Main.line(new Console(
                new ByteArrayInputStream(new byte[0]),
                nowhere,
                nowhere,
                false,
                false,
                false,
                80,
                true,
                "stele",
                Map.of()));
    }

    private static String page() {
        StringBuilder page =
                new StringBuilder("# The command line\n\nWhat `stele COMMAND --help` says, all on one page."
                        + " Errors end in a code; `stele explain CODE` says what leads to it and what to do next.\n");
        new TreeMap<>(line().getSubcommands()).forEach((name, command) -> append(page, name, command));
        return page.toString();
    }

    private static void append(StringBuilder page, String name, CommandLine command) {
        if (command.getCommandSpec().name().equals(name.substring(name.lastIndexOf(' ') + 1)) && !name.equals("help")) {
            page.append("\n## stele ").append(name).append("\n\n```\n");
            page.append(command.getUsageMessage(CommandLine.Help.Ansi.OFF).stripTrailing())
                    .append("\n```\n");
            new TreeMap<>(command.getSubcommands()).forEach((sub, nested) -> append(page, name + " " + sub, nested));
        }
    }

    /** Writes the page anew. */
    public static void main(String[] args) throws IOException {
        Files.writeString(Path.of(args[0]), page());
    }

    @Test
    void shouldBeThePageInDocs() throws IOException {
        assertThat(Files.readString(PAGE)).isEqualTo(page());
    }

    @Test
    void shouldHaveAnExampleOfEveryCommand() {
        line().getSubcommands().forEach((name, command) -> {
            if (!name.equals("help")) {
                assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
                        .as(name)
                        .containsPattern("Example: (stele|source) ?.*" + name.replace("list", "ls"));
            }
        });
    }
}
