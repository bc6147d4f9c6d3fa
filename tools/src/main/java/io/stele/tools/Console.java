package io.stele.tools;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where the CLI writes to. Data goes to {@code out}, everything else to {@code err}.
 *
 * <p>The JVM cannot tell what a terminal is and how wide; the launcher can, and says so in the properties
 * {@code stele.terminal} ("0", "1", "2" or several of them: which of stdin, stdout and stderr is a terminal), {@code stele.columns}, and
 * {@code stele.program} for how it was called.
 *
 * @param in for answers
 * @param out for data
 * @param err for progress and errors
 * @param inIsTerminal whether someone can answer
 * @param outIsTerminal whether someone looks at {@code out}
 * @param errIsTerminal whether someone looks at {@code err}
 * @param columns width of the terminal
 * @param unicode whether it shows characters beyond ASCII
 * @param program how the user calls this program
 * @param environment for {@code NO_COLOR} and others
 */
@SuppressWarnings("checkstyle:ParameterNumber") // its own components
record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean inIsTerminal,
        boolean outIsTerminal,
        boolean errIsTerminal,
        int columns,
        boolean unicode,
        String program,
        Map<String, String> environment) {
    private static final int COLUMNS_DEFAULT = 80;
    private static final int COLUMNS_MAX = 400;
    private static final int BUFFER_BYTES = 64 << 10;

    /** Returns the console of this process. */
    static Console ofProcess() {
        PrintStream out = new PrintStream(
                new BufferedOutputStream(new PipeOutput(new FileOutputStream(FileDescriptor.out)), BUFFER_BYTES),
                false,
                StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8);
        return of(out, err, System.getProperties(), System.getenv());
    }

    static Console of(PrintStream out, PrintStream err, Properties properties, Map<String, String> environment) {
        String terminals = properties.getProperty("stele.terminal", "");
        return new Console(
                System.in,
                out,
                err,
                terminals.contains("0"),
                terminals.contains("1"),
                terminals.contains("2"),
                columns(properties.getProperty("stele.columns")),
                isUtf8(environment),
                properties.getProperty("stele.program", "stele"),
                environment);
    }

    /** Returns what {@code out} can show. */
    Screen outScreen(ColorMode color) {
        return new Screen(columns, isColoured(color, outIsTerminal), unicode || !outIsTerminal);
    }

    /** Returns what {@code err} can show. */
    Screen errScreen(ColorMode color) {
        return new Screen(columns, isColoured(color, errIsTerminal), unicode);
    }

    private boolean isColoured(ColorMode color, boolean isTerminal) {
        return switch (color) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO ->
                isTerminal
                        && environment.getOrDefault("NO_COLOR", "").isEmpty()
                        && !"dumb".equals(environment.get("TERM"));
        };
    }

    private static int columns(@Nullable String value) {
        if (value == null || !value.matches("[1-9][0-9]{0,3}")) {
            return COLUMNS_DEFAULT;
        }
        return Math.min(COLUMNS_MAX, Integer.parseInt(value));
    }

    /** The first of the three variables that is set decides, as POSIX has it. */
    private static boolean isUtf8(Map<String, String> environment) {
        for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                String upper = value.toUpperCase(Locale.ROOT);
                return upper.contains("UTF-8") || upper.contains("UTF8");
            }
        }
        return false;
    }

    /** When colours are used. */
    enum ColorMode {
        AUTO,
        ALWAYS,
        NEVER
    }
}
