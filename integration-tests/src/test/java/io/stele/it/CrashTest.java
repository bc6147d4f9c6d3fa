package io.stele.it;

/** What {@code ./stele crash-test} starts. */
final class CrashTest {
    private CrashTest() {}

    public static void main(String[] args) {
        long first = Long.parseLong(args[0]);
        long seeds = Long.parseLong(args[1]);
        SimulationCampaign.Result result = switch (args[2]) {
            case "node" -> SimulationCampaign.node(first, seeds);
            case "survey" -> SimulationCampaign.survey(first, seeds);
            default -> SimulationCampaign.journal(first, seeds);
        };
        System.out.println(
                result.summary() + ", detected=" + result.total().detected + ", harmless=" + result.total().harmless);
        result.causes().forEach(cause -> cause.printStackTrace(System.out));
    }
}
