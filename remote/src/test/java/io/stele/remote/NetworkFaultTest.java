package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stele.testkit.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A network of its own, whose packets are dropped, refused and lost by the kernel's filter. Every message that was sent reliably has
 * to be there in the end, once and in order. Needs root, ip and iptables; says so where it has not got them.
 */
final class NetworkFaultTest {
    private static final String NAMESPACE = "stele-" + ProcessHandle.current().pid();
    private static final long NOTICED_NS_MAX = TimeUnit.SECONDS.toNanos(10);
    /** What a machine with other things to do may be late. */
    private static final long SLACK_NS = TimeUnit.SECONDS.toNanos(10);

    private Process probe;
    private BufferedReader answers;
    private PrintStream commands;
    private String port;
    private int told;

    @BeforeEach
    void startNodes() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        assumeTrue(run("ip", "-V") == 0, "needs ip, of iproute2");
        assumeTrue(run("ip", "netns", "add", NAMESPACE) == 0, "namespaces cannot be made here");
        assumeTrue(inside("iptables", "-S") == 0, "needs iptables");
        assertThat(inside("ip", "link", "set", "lo", "up")).isZero();
        probe = new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        NAMESPACE,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        NetworkProbe.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        answers = probe.inputReader(StandardCharsets.UTF_8);
        commands = new PrintStream(probe.getOutputStream(), true, StandardCharsets.UTF_8);
        port = String.valueOf(answers.readLine()).replace("port ", "");
        tell(100);
        awaitAll();
    }

    @AfterEach
    void stopNodes() throws Exception {
        if (probe != null) {
            probe.destroyForcibly().waitFor();
        }
        run("ip", "netns", "del", NAMESPACE);
    }

    @Test
    @Fault("F25")
    void shouldSurviveASilentPartition() throws Exception {
        filter("-A", "-p", "tcp", "--dport", port, "-j", "DROP");
        filter("-A", "-p", "tcp", "--sport", port, "-j", "DROP");

        assertLost();
        tell(500);
        filter("-F");
        awaitAll();
    }

    @Test
    @Fault("F26")
    void shouldSurviveAPartitionOfOneDirection() throws Exception {
        filter("-A", "-p", "tcp", "--sport", port, "-j", "DROP");

        assertLost();
        tell(500);
        filter("-F");
        awaitAll();
    }

    /** Whatever is under way is cut off, in the middle of frames, again and again. */
    @Test
    @Fault("F28")
    void shouldSurviveResets() throws Exception {
        for (int i = 0; i < 5; i++) {
            tell(400);
            filter("-A", "-p", "tcp", "--dport", port, "-j", "REJECT", "--reject-with", "tcp-reset");
            tell(400);
            filter("-F");
        }

        awaitAll();
    }

    @Test
    @Fault("F25")
    void shouldSurviveLoss() throws Exception {
        filter("-A", "-p", "tcp", "-m", "statistic", "--mode", "random", "--probability", "0.2", "-j", "DROP");

        tell(2_000);

        awaitAll();
    }

    @Test
    @Fault("F25")
    void shouldSurviveALinkThatComesAndGoes() throws Exception {
        for (int i = 0; i < 6; i++) {
            filter("-A", "-p", "tcp", "--dport", port, "-j", "DROP");
            tell(100);
            TimeUnit.MILLISECONDS.sleep(700); // the fault lasts so long
            filter("-F");
            tell(100);
            TimeUnit.MILLISECONDS.sleep(300);
        }

        awaitAll();
    }

    // The network and the nodes.

    private void filter(String action, String... rule) throws Exception {
        List<String> command = new ArrayList<>(List.of("iptables", "-w", action, "INPUT"));
        command.addAll(List.of(rule));
        assertThat(inside(command.toArray(String[]::new))).as("%s", command).isZero();
    }

    private static int inside(String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", NAMESPACE));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    private static int run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (IOException e) {
            return -1; // there is no such program
        }
    }

    private String ask(String command) throws IOException {
        commands.println(command);
        return String.valueOf(answers.readLine());
    }

    private void tell(int count) throws IOException {
        told += count;
        assertThat(ask("tell " + count)).isEqualTo("told");
    }

    private void awaitAll() throws IOException {
        long startNs = System.nanoTime();
        String received = ask("received");
        while (!received.equals(told + " in-order")) {
            assertThat(received).endsWith("in-order");
            assertThat(System.nanoTime() - startNs).as(received).isLessThan(TimeUnit.SECONDS.toNanos(60));
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            received = ask("received");
        }
    }

    private void assertLost() throws IOException {
        long startNs = System.nanoTime();
        while (ask("state").equals("UP")) {
            assertThat(System.nanoTime() - startNs).as("time until noticed").isLessThan(NOTICED_NS_MAX + SLACK_NS);
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }
}
