package io.stele.tools;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A console in memory, and what was written to it. */
final class Screens {
    static final Screen WIDE = new Screen(120, false, true);
    static final Screen NARROW = new Screen(80, false, true);
    static final Screen ASCII = new Screen(80, false, false);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private boolean isTerminal;
    private int columns = 80;
    private String answers = "";

    Screens answering(String text) {
        answers = text;
        return this;
    }

    Screens terminal(int width) {
        isTerminal = true;
        columns = width;
        return this;
    }

    Screens with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    int run(String... args) {
        Console console = new Console(
                new ByteArrayInputStream(answers.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                isTerminal,
                isTerminal,
                isTerminal,
                columns,
                true,
                "./stele",
                environment);
        return Main.run(console, args);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
