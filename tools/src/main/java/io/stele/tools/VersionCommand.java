package io.stele.tools;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code stele version}: what is running here. */
@Command(
        name = "version",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows the versions of Stele, of Java, and of what it runs on.",
        footer = {"", "Example: stele version --json"})
final class VersionCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public Integer call() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.version/1");
        tree.put("version", version());
        tree.put("java", System.getProperty("java.version"));
        tree.put("vendor", System.getProperty("java.vendor"));
        tree.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        tree.put("architecture", System.getProperty("os.arch"));
        main.options().report(tree, screen -> lines(screen, tree));
        return ExitCode.DONE;
    }

    private static List<String> lines(Screen screen, Map<String, Object> tree) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, "stele " + tree.get("version")) + screen.dot() + "java " + tree.get("java")
                + " (" + tree.get("vendor") + ")" + screen.dot() + tree.get("system") + " " + tree.get("architecture"));
        return lines;
    }

    static String version() {
        Properties properties = new Properties();
        try (InputStream stream = VersionCommand.class.getResourceAsStream("version.properties")) {
            if (stream != null) {
                properties.load(stream);
            }
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.UNEXPECTED, "version cannot be read: reason=" + e, e);
        }
        return properties.getProperty("version", "unknown");
    }
}
