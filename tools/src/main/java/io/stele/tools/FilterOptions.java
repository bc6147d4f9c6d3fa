package io.stele.tools;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say which events are wanted. */
final class FilterOptions {
    @Option(names = "--from", paramLabel = "SEQ", description = "The first sequence number.")
    private long from = 1;

    @Option(names = "--to", paramLabel = "SEQ", description = "The last sequence number.")
    private long to = Long.MAX_VALUE;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "The earliest time: 2026-03-01, 2026-03-01T12:30 (UTC), or 90s, 2h, 7d ago.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "The latest time.")
    private @Nullable String until;

    @Option(names = "--type", paramLabel = "GLOB", description = "The stored name of the event, such as 'with*'.")
    private @Nullable String type;

    @Option(names = "--tag", paramLabel = "TAG", description = "A tag that it has.")
    private @Nullable String tag;

    @Option(names = "--grep", paramLabel = "REGEX", description = "Found in the payload as JSON.")
    private @Nullable String grep;

    EventFilter filter(CommandSpec spec, @Nullable String actor, long nowMs) {
        try {
            return new EventFilter(
                    actor == null ? EventFilter.ANY : Glob.of(actor),
                    from,
                    to,
                    since == null ? Long.MIN_VALUE : Times.parse(since, nowMs),
                    until == null ? Long.MAX_VALUE : Times.parse(until, nowMs),
                    type == null ? null : named(type),
                    tag,
                    grep == null ? null : Pattern.compile(grep));
        } catch (PatternSyntaxException e) {
            throw new ParameterException(
                    spec.commandLine(), "--grep is no regular expression: reason=" + e.getDescription(), e);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static Predicate<String> named(String glob) {
        Predicate<String> matcher = Glob.of("/" + glob);
        return name -> matcher.test("/" + name);
    }
}
