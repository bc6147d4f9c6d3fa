package io.stele.tools;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele log level}: sets what a logger of a running node logs, for a while. */
@Command(
        name = "level",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Sets what a logger of a running node logs, for a while or for good.",
        footer = {
            "",
            "Example: stele log level io.stele.journal DEBUG --for 10m --url URL",
            "Asks the admin page of the node, at the address that the node has printed. The token may also stand in "
                    + "$STELE_TOKEN. A restart of the node forgets it."
        })
final class LogLevelCommand extends SubCommand implements Callable<Integer> {
    private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");
    private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,6})([smhd])");
    private static final Duration DURATION_MAX = Duration.ofDays(7);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "LOGGER",
            description = "Such as io.stele.journal; ROOT for the one above all.")
    private String logger = "";

    @Parameters(index = "1", paramLabel = "LEVEL", description = "TRACE, DEBUG, INFO, WARN, ERROR or OFF.")
    private String level = "";

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "",
            description = "Such as 30s, 10m, 2h or 1d, at most 7d; then it is as before. Default: for good.")
    private String expiry = "";

    @Option(names = "--url", paramLabel = "URL", required = true, description = "The address of the admin page.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private URI url;

    @Override
    public Integer call() {
        String wanted = level.toUpperCase(Locale.ROOT);
        if (!LEVELS.contains(wanted)) {
            throw new ParameterException(spec.commandLine(), "there is no such level: level=" + SafeText.of(level));
        }
        long forSeconds = seconds();
        GlobalOptions options = log.main().options();
        new AdminClient(url, options.console().environment())
                .post(
                        "/api/loggers/level",
                        Map.of("logger", logger, "level", wanted, "forSeconds", String.valueOf(forSeconds)));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.log.level/1");
        tree.put("logger", logger);
        tree.put("level", wanted);
        tree.put("forSeconds", forSeconds);
        options.report(
                tree,
                screen -> List.of(screen.paint(
                        Paint.GOOD,
                        screen.tick() + " " + SafeText.of(logger) + " logs " + wanted
                                + (forSeconds == 0 ? " from now on" : " for " + expiry))));
        return ExitCode.DONE;
    }

    private long seconds() {
        if (expiry.isEmpty()) {
            return 0;
        }
        Matcher found = DURATION.matcher(expiry);
        Duration duration = found.matches() ? duration(Long.parseLong(found.group(1)), found.group(2)) : Duration.ZERO;
        if (duration.isZero() || duration.compareTo(DURATION_MAX) > 0) {
            throw new ParameterException(
                    spec.commandLine(), "--for is not a time from 1s to 7d, such as 10m: value=" + SafeText.of(expiry));
        }
        return duration.toSeconds();
    }

    private static Duration duration(long count, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
