package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.SeededTurns;
import io.stele.testkit.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three nodes tell each other things over a network that does its worst. Whatever it does: messages of one sender to one actor keep their
 * order and come once at most; reliable ones come all of them once it is healed.
 */
final class SimulationTest {
    private static final long SECOND_NS = 1_000_000_000;
    private static final String[] NAMES = {"a", "b", "c"};

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Integer.getInteger("stele.remote.seeds", 6));
    }

    /** One node with an actor that keeps what it is told. */
    private static final class Node {
        final SeededTurns turns;
        final ActorSystem system;
        final RemoteNode remote;
        final Map<Integer, List<Long>> kept = new HashMap<>();

        Node(SimulatedNetwork network, String name, long seed, Map<String, Endpoint> others) {
            turns = SeededTurns.of(seed);
            system = ActorSystem.builder().turns(turns).clock(network.clock).build();
            system.<Bank.Note>spawn(
                    "keeper",
                    () -> (note, context) -> kept.computeIfAbsent(note.sender(), unused -> new ArrayList<>())
                            .add(note.number()));
            remote = RemoteNode.start(
                    system,
                    RemoteOptions.builder(name).messages(Bank.MESSAGES).build(),
                    network.transport(name),
                    new SplittableRandom(seed));
            others.forEach(remote::peer);
        }
    }

    /** Somebody who tells another node's actor numbers. */
    private static final class Sender {
        final int id;
        final ActorRef<Bank.Note> to;
        final Node receiver;
        final boolean reliable;
        long next;

        Sender(int id, Node from, Node receiver, boolean reliable) {
            this.id = id;
            this.receiver = receiver;
            this.reliable = reliable;
            ActorRef<Bank.Note> plain = from.system.actorFor("stele://" + receiver.remote.id() + "/actor/keeper");
            to = reliable ? from.remote.reliable(plain) : plain;
        }

        void tell() {
            if (to.tell(new Bank.Note(id, next))) {
                next++;
            }
        }

        List<Long> arrived() {
            return receiver.kept.getOrDefault(id, List.of());
        }
    }

    private static final class World {
        final SimulatedNetwork network;
        final Node[] nodes = new Node[NAMES.length];
        final List<Sender> senders = new ArrayList<>();

        World(long seed) {
            network = new SimulatedNetwork(seed);
            Map<String, Endpoint> known = new HashMap<>();
            for (int i = 0; i < NAMES.length; i++) {
                nodes[i] = new Node(network, NAMES[i], seed + i, known);
                known.put(NAMES[i], nodes[i].remote.endpoint());
            }
            for (Node node : nodes) {
                known.forEach((name, endpoint) -> {
                    if (!name.equals(node.remote.id())) {
                        node.remote.peer(name, endpoint);
                    }
                });
            }
            for (Node from : nodes) {
                for (Node to : nodes) {
                    if (from != to) {
                        senders.add(new Sender(senders.size(), from, to, false));
                        senders.add(new Sender(senders.size(), from, to, true));
                    }
                }
            }
        }

        void run(long forNs) {
            long untilNs = network.clock.nanoTime() + forNs;
            while (network.step(untilNs)) {
                for (Node node : nodes) {
                    node.turns.runUntilIdle();
                }
            }
            for (Node node : nodes) {
                node.turns.tick();
            }
        }

        void tellSome() {
            for (int i = network.random.nextInt(30); i > 0; i--) {
                senders.get(network.random.nextInt(senders.size())).tell();
            }
        }

        void misbehave() {
            SplittableRandom random = network.random;
            if (random.nextInt(4) == 0) {
                network.heal();
            }
            if (random.nextInt(6) == 0) {
                network.kill(NAMES[random.nextInt(3)], NAMES[random.nextInt(3)]);
            }
            if (random.nextInt(3) == 0) {
                network.cutOne();
            }
            network.loss = random.nextInt(3) == 0 ? random.nextDouble(0.05) : 0;
            network.doubling = random.nextInt(3) == 0 ? random.nextDouble(0.05) : 0;
            network.overtaking = random.nextInt(3) == 0 ? random.nextDouble(0.05) : 0;
            network.delayNsMax = random.nextInt(3) == 0 ? random.nextLong(1, SECOND_NS / 2) : 0;
        }

        String facts(long seed) {
            return "seed=" + seed + ", lost=" + network.lostFrames + ", doubled=" + network.doubledFrames
                    + ", overtaken=" + network.overtakenFrames + ", cuts=" + network.cuts;
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @Fault({"F25", "F26", "F27"})
    void shouldKeepOrderAndLoseNothingThatIsReliable(long seed) {
        World world = new World(seed);

        for (int round = 0; round < 120; round++) {
            world.misbehave();
            world.tellSome();
            world.run(SECOND_NS / 4);
        }
        world.network.heal();
        world.run(60 * SECOND_NS);
        for (Sender sender : world.senders) {
            sender.tell();
        }
        world.run(10 * SECOND_NS);

        String facts = world.facts(seed);
        for (Sender sender : world.senders) {
            List<Long> arrived = sender.arrived();
            if (sender.reliable) {
                assertThat(arrived)
                        .as("reliable, sender=%d, %s", sender.id, facts)
                        .containsExactlyElementsOf(
                                LongStream.range(0, sender.next).boxed().toList());
            } else {
                assertThat(arrived)
                        .as("at most once, sender=%d, %s", sender.id, facts)
                        .isSorted()
                        .doesNotHaveDuplicates();
                assertThat(arrived)
                        .as("what is told after the network is healed arrives, sender=%d, %s", sender.id, facts)
                        .contains(sender.next - 1);
            }
        }
        assertThat(world.network.cuts).as(facts).isPositive();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldDialAgainAfterEveryCut(long seed) {
        World world = new World(seed);
        world.run(SECOND_NS);

        for (int round = 0; round < 200; round++) {
            world.network.cutOne();
            world.tellSome();
            world.run(1 + world.network.random.nextLong(SECOND_NS / 10));
        }
        world.run(30 * SECOND_NS);
        world.senders.forEach(Sender::tell);
        world.run(5 * SECOND_NS);

        for (Sender sender : world.senders) {
            assertThat(sender.arrived())
                    .as("sender=%d, %s", sender.id, world.facts(seed))
                    .contains(sender.next - 1);
        }
        for (Node node : world.nodes) {
            assertThat(node.remote.status())
                    .as(world.facts(seed))
                    .allMatch(peer -> peer.state() == PeerStatus.State.UP);
        }
    }
}
