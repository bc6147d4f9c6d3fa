package io.stele.it;

import io.stele.it.Mutants.Mutant;
import io.stele.journal.BitSurvey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ./stele crash-test} starts: every campaign once, and one line about each. What cannot run here is said to have not run,
 * and what has failed itself, or has tried nothing, is BROKEN: neither counts as passed.
 *
 * <pre>
 *   crash-test [long] [record] [campaign …] [seed=N] [seeds=N] [seconds=N] [target=NAME]
 * </pre>
 */
public final class CrashTest {
    /** Every campaign held. */
    static final int HELD = 0;
    /** A promise was broken, or a campaign was. */
    static final int NOT_HELD = 1;
    /** Nothing that was asked for can run here. */
    static final int NOTHING_RAN = 2;

    private static final List<String> SWITCHES = List.of("long", "record");
    private static final Path CORPORA = Path.of("integration-tests/src/test/resources/fuzz");
    private static final Path FIGURES = Path.of("integration-tests/src/test/resources/figures.txt");

    private final PrintStream out;
    private final List<String> arguments;
    private final boolean isLong;
    private final Map<String, Campaign> campaigns = new LinkedHashMap<>();
    private int ran;
    private boolean failed;

    /** Something that tries to break promises. */
    interface Campaign {
        /**
         * Tries.
         *
         * @param root an empty directory of its own
         * @throws AssertionError if a promise was broken
         * @throws NotPossibleException if this machine lacks something
         */
        CampaignReport run(Path root) throws Exception;
    }

    private CrashTest(PrintStream out, List<String> arguments) {
        this.out = out;
        this.arguments = arguments;
        isLong = arguments.contains("long");
        long seed = number("seed", 1);
        campaigns.put(
                "journal",
                root -> SimulationCampaign.journal(seed, many("seeds", 2_000, 200_000))
                        .report());
        campaigns.put(
                "node",
                root -> SimulationCampaign.node(seed, many("seeds", 500, 50_000))
                        .report());
        campaigns.put(
                "survey",
                root -> SimulationCampaign.survey(seed, many("seeds", 200, 2_000))
                        .report());
        campaigns.put(
                "stores",
                root -> SimulationCampaign.stores(seed, many("seeds", 25, 500)).report());
        campaigns.put("bits", root -> bits(root));
        campaigns.put("fuzz", this::fuzz);
        campaigns.put("mutants", this::mutants);
        campaigns.put("points", root -> points(root, seed));
        campaigns.put("kill", root -> kill(root, seed));
        campaigns.put("force", this::force);
        campaigns.put("power", root -> power(root, seed));
    }

    /** Runs and ends the process: 0 if every promise held. */
    public static void main(String[] args) {
        System.exit(run(System.out, args));
    }

    /** Runs what the arguments ask for: 0 if it ran and every promise held, 1 if not, 2 if nothing can run here. */
    public static int run(PrintStream out, String... args) {
        CrashTest test = new CrashTest(out, Arrays.asList(args));
        return test.run(test.campaigns);
    }

    /** Runs other campaigns than its own, as a test of this class does. */
    static int run(PrintStream out, Map<String, Campaign> campaigns) {
        return new CrashTest(out, List.of()).run(campaigns);
    }

    private int run(Map<String, Campaign> all) {
        List<String> chosen = all.keySet().stream().filter(arguments::contains).toList();
        for (String argument : arguments) {
            if (!argument.contains("=") && !all.containsKey(argument) && !SWITCHES.contains(argument)) {
                say(argument, Verdict.BROKEN, "no such campaign: campaigns=" + all.keySet());
                return NOT_HELD;
            }
        }
        for (String name : chosen.isEmpty() ? List.copyOf(all.keySet()) : chosen) {
            Campaign campaign = all.get(name);
            assert campaign != null : "one of its own names";
            run(name, campaign);
        }
        return failed ? NOT_HELD : ran == 0 ? NOTHING_RAN : HELD;
    }

    private void run(String name, Campaign campaign) {
        Path root = SimulationCampaign.root();
        try {
            CampaignReport report = campaign.run(root);
            if (report.trials() == 0) {
                say(name, Verdict.BROKEN, "nothing was tried: " + report.facts());
            } else {
                say(name, Verdict.HELD, report.facts());
            }
        } catch (NotPossibleException e) {
            say(name, Verdict.NOT_RUN, String.valueOf(e.getMessage()));
        } catch (AssertionError e) {
            say(name, Verdict.VIOLATED, String.valueOf(e.getMessage()));
        } catch (Throwable e) { // whatever ends a campaign early has left its question open
            say(name, Verdict.BROKEN, "cause=" + e + ", at=" + firstOwnFrame(e));
        } finally {
            SimulationCampaign.delete(root);
        }
    }

    private static @Nullable StackTraceElement firstOwnFrame(Throwable e) {
        return Arrays.stream(e.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("io.stele."))
                .findFirst()
                .orElse(null);
    }

    private CampaignReport mutants(Path root) throws IOException, ReflectiveOperationException {
        String word = text("target");
        List<Mutant> all = Mutants.all().stream()
                .filter(mutant -> word == null || mutant.name().contains(word))
                .toList();
        Progress progress = Progress.of("mutants", all.size());
        for (Mutant mutant : all) {
            if (Mutants.kill(mutant, root) == null) {
                throw new AssertionError("a planted bug was not found: it " + mutant);
            }
            progress.step();
        }
        return new CampaignReport(all.size(), "planted=" + all.size() + ", found=" + progress.done());
    }

    private static CampaignReport bits(Path root) throws IOException {
        Progress progress = Progress.of("bits", 8L * 256 * 1024);
        BitSurvey.Result result = BitSurvey.run(root, 1, progress::step);
        return new CampaignReport(
                result.bits(),
                "bits=" + result.bits() + ", noticed=" + result.noticed() + ", inNoRecord=" + result.harmless()
                        + ", silent=0, records=" + result.records() + ", fileBytes=" + result.fileBytes());
    }

    private CampaignReport fuzz(Path root) throws IOException {
        int seconds = (int) number("seconds", isLong ? 3_600 : 45);
        Path kept = arguments.contains("record") ? home().resolve(CORPORA) : null;
        List<FuzzCampaign.Result> results = FuzzCampaign.run(root, seconds, text("target"), kept);
        long executions =
                results.stream().mapToLong(FuzzCampaign.Result::executions).sum();
        return new CampaignReport(
                executions,
                "targets=" + results.size() + ", secondsEach=" + seconds + ", executions=" + executions + " ("
                        + results.stream()
                                .map(result -> result.target() + " " + result.executions())
                                .collect(Collectors.joining(", "))
                        + "), found=0");
    }

    private CampaignReport points(Path root, long seed) throws IOException {
        PointsCampaign.Result result = PointsCampaign.run(root, seed, (int) many("seeds", 1, 10));
        return new CampaignReport(
                result.kills(),
                "places=" + result.places() + ", reached=" + result.reached() + ", kills=" + result.kills()
                        + ", lost=0, notReached=" + result.unreached());
    }

    private CampaignReport kill(Path root, long seed) throws IOException {
        int kills = (int) many("seeds", 150, 3_750);
        KillCampaign.Result plain = KillCampaign.random(root.resolve("plain"), seed, kills, List.of());
        String facts = "kills=" + plain.kills() + ", mostAcknowledged=" + plain.acknowledged();
        if (!KillCampaign.hasNamespaces()) {
            return new CampaignReport(plain.kills(), facts + ", asProcessOne=not run: needs root");
        }
        int inside = Math.max(1, kills / 3);
        KillCampaign.Result one =
                KillCampaign.random(root.resolve("inside"), seed + 1, inside, KillCampaign.AS_PROCESS_ONE);
        return new CampaignReport(plain.kills() + one.kills(), facts + ", asProcessOne=" + one.kills());
    }

    private CampaignReport force(Path root) throws IOException {
        if (!KillCampaign.hasStrace()) {
            throw new NotPossibleException("needs strace, and the right to trace");
        }
        int count = (int) many("seeds", 12, 200);
        Progress progress = Progress.of("force", count);
        for (int n = 1; n <= count; n++) {
            KillCampaign.atForce(root, n);
            KillCampaign.failingForce(root, n);
            progress.step();
        }
        return new CampaignReport(2L * count, "killedAtForce=" + count + ", failedFromForce=" + count);
    }

    private CampaignReport power(Path root, long seed) throws IOException {
        if (!PowerCampaign.isPossible()) {
            throw new NotPossibleException("needs root, loop devices and xfsprogs");
        }
        PowerCampaign.Result cuts = new PowerCampaign.Result(0, 0, 0, 0);
        PowerCampaign.Result images = cuts;
        long rounds = many("seeds", 5, 50);
        Progress progress = Progress.of("power", rounds * 2);
        for (int i = 0; i < rounds; i++) {
            for (String fileSystem : List.of("ext4", "xfs")) {
                cuts = cuts.plus(PowerCampaign.cut(root, fileSystem, seed + i));
                images = images.plus(PowerCampaign.images(root, fileSystem, seed + i, isLong ? 50 : 30));
                progress.step();
            }
        }
        long lost = PowerCampaign.lostByRawQueue(root, "ext4", seed);
        if (lost == 0) {
            throw new IllegalStateException("the raw queue lost nothing under the same cut: the harness does not bite");
        }
        return new CampaignReport(
                cuts.cuts() + images.cuts(),
                "trueCuts=" + cuts.cuts() + ", images=" + images.cuts() + ", mostAcknowledged="
                        + Math.max(cuts.acknowledged(), images.acknowledged()) + ", largestBytes="
                        + Math.max(cuts.largestBytes(), images.largestBytes()) + ", lostByRawQueueUnderTheSameCut="
                        + lost);
    }

    private long many(String name, long usual, long many) {
        return number(name, isLong ? many : usual);
    }

    private long number(String name, long otherwise) {
        String text = text(name);
        return text == null ? otherwise : Long.parseLong(text);
    }

    private @Nullable String text(String name) {
        return arguments.stream()
                .filter(argument -> argument.startsWith(name + "="))
                .map(argument -> argument.substring(name.length() + 1))
                .findFirst()
                .orElse(null);
    }

    private void say(String campaign, Verdict verdict, String facts) {
        failed |= verdict == Verdict.VIOLATED || verdict == Verdict.BROKEN;
        ran += verdict == Verdict.NOT_RUN ? 0 : 1;
        out.println(campaign + ": " + verdict.word() + ": " + facts);
        out.flush();
        if (arguments.contains("record") && verdict != Verdict.NOT_RUN) {
            record(campaign, verdict, facts);
        }
    }

    private void record(String campaign, Verdict verdict, String facts) {
        Path file = home().resolve(FIGURES);
        try {
            Figures figures = Figures.read(file);
            figures.put(campaign, command(campaign), verdict, facts);
            figures.write(file);
        } catch (IOException e) {
            out.println(campaign + ": the figure could not be written: file=" + file + ", cause=" + e);
        }
    }

    private static Path home() {
        return Path.of(System.getProperty("stele.home", ".."));
    }

    private String command(String campaign) {
        List<String> words = new ArrayList<>(List.of("crash-test", campaign));
        for (String argument : arguments) {
            if (argument.equals("long")) {
                words.add("--long");
            } else if (argument.contains("=")) {
                words.add("--" + argument.replace('=', ' '));
            }
        }
        return String.join(" ", words);
    }
}
