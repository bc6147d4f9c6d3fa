package io.stele.it;

import io.stele.it.Mutants.Mutant;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * What {@code ./stele crash-test} starts: every campaign once, and one line about each. What cannot run here is said to have not run.
 *
 * <pre>
 *   crash-test [long] [campaign …] [seed=N] [seeds=N]
 * </pre>
 */
public final class CrashTest {
    private static final List<String> CAMPAIGNS =
            List.of("journal", "node", "survey", "mutants", "kill", "force", "power");

    private final PrintStream out;
    private final List<String> arguments;
    private final boolean isLong;
    private boolean violated;

    private CrashTest(PrintStream out, List<String> arguments) {
        this.out = out;
        this.arguments = arguments;
        isLong = arguments.contains("long");
    }

    /** Runs and ends the process: 0 if every promise held, 1 if one was broken. */
    public static void main(String[] args) {
        System.exit(run(System.out, args));
    }

    /** Runs what the arguments ask for, and returns 0 if every promise held. */
    public static int run(PrintStream out, String... args) {
        CrashTest test = new CrashTest(out, Arrays.asList(args));
        List<String> chosen =
                CAMPAIGNS.stream().filter(test.arguments::contains).toList();
        for (String campaign : chosen.isEmpty() ? CAMPAIGNS : chosen) {
            test.campaign(campaign);
        }
        return test.violated ? 1 : 0;
    }

    private void campaign(String name) {
        long seed = number("seed", 1);
        switch (name) {
            case "journal" -> simulate(name, () -> SimulationCampaign.journal(seed, seeds(2_000, 200_000)));
            case "node" -> simulate(name, () -> SimulationCampaign.node(seed, seeds(500, 50_000)));
            case "survey" -> simulate(name, () -> SimulationCampaign.survey(seed, seeds(200, 2_000)));
            case "mutants" -> guarded(name, this::mutants);
            case "kill" -> guarded(name, root -> kill(root, seed));
            case "force" -> guarded(name, this::force);
            default -> guarded(name, root -> power(root, seed));
        }
    }

    private interface Campaign {
        String run(Path root) throws IOException, ReflectiveOperationException;
    }

    private void simulate(String name, Supplier<SimulationCampaign.Result> campaign) {
        SimulationCampaign.Result result = campaign.get();
        say(name, result.violations().isEmpty() ? "held" : "VIOLATED", result.summary());
        result.violations().forEach(violation -> say(name, "VIOLATED", violation));
    }

    private void guarded(String name, Campaign campaign) {
        Path root = SimulationCampaign.root();
        try {
            String facts = campaign.run(root);
            say(name, facts.startsWith("needs") ? "not run" : "held", facts);
        } catch (IOException | ReflectiveOperationException e) {
            say(name, "not run", "cause=" + e);
        } catch (AssertionError e) {
            say(name, "VIOLATED", String.valueOf(e.getMessage()));
        } finally {
            SimulationCampaign.delete(root);
        }
    }

    private String mutants(Path root) throws IOException, ReflectiveOperationException {
        int killed = 0;
        for (Mutant mutant : Mutants.all()) {
            String how = Mutants.kill(mutant, root);
            if (how == null) {
                throw new AssertionError("a planted bug was not found: it " + mutant);
            }
            killed++;
        }
        return "planted=" + Mutants.all().size() + ", found=" + killed;
    }

    private String kill(Path root, long seed) throws IOException {
        int kills = (int) seeds(150, 3_750);
        KillCampaign.Result plain = KillCampaign.random(root.resolve("plain"), seed, kills, List.of());
        String facts = "kills=" + plain.kills() + ", mostAcknowledged=" + plain.acknowledged();
        if (!KillCampaign.hasNamespaces()) {
            return facts + ", asProcessOne=not run: needs root";
        }
        int inside = kills / 3;
        KillCampaign.random(root.resolve("inside"), seed + 1, inside, KillCampaign.AS_PROCESS_ONE);
        return facts + ", asProcessOne=" + inside;
    }

    private String force(Path root) throws IOException {
        if (!KillCampaign.hasStrace()) {
            return "needs strace, and the right to trace";
        }
        int count = (int) seeds(12, 200);
        for (int n = 1; n <= count; n++) {
            KillCampaign.atForce(root, n);
            KillCampaign.failingForce(root, n);
        }
        return "killedAtForce=" + count + ", failedFromForce=" + count;
    }

    private String power(Path root, long seed) throws IOException {
        if (!PowerCampaign.isPossible()) {
            return "needs root, loop devices and xfsprogs";
        }
        PowerCampaign.Result cuts = new PowerCampaign.Result(0, 0, 0, 0);
        PowerCampaign.Result images = cuts;
        for (int i = 0; i < seeds(5, 50); i++) {
            for (String fileSystem : List.of("ext4", "xfs")) {
                cuts = cuts.plus(PowerCampaign.cut(root, fileSystem, seed + i));
                images = images.plus(PowerCampaign.images(root, fileSystem, seed + i, isLong ? 50 : 30));
            }
        }
        long lost = PowerCampaign.lostByRawQueue(root, "ext4", seed);
        return "trueCuts=" + cuts.cuts() + ", images=" + images.cuts() + ", mostAcknowledged="
                + Math.max(cuts.acknowledged(), images.acknowledged()) + ", largestBytes=" + cuts.largestBytes()
                + ", lostByRawQueueUnderTheSameCut=" + lost;
    }

    private long seeds(long usual, long many) {
        return number("seeds", isLong ? many : usual);
    }

    private long number(String name, long otherwise) {
        return arguments.stream()
                .filter(argument -> argument.startsWith(name + "="))
                .map(argument -> Long.parseLong(argument.substring(name.length() + 1)))
                .findFirst()
                .orElse(otherwise);
    }

    private void say(String campaign, String verdict, String facts) {
        violated |= verdict.equals("VIOLATED");
        out.println(campaign + ": " + verdict + ": " + facts);
        out.flush();
    }
}
