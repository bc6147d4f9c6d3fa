package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Many nodes on one thread, one clock and one seed: frames are lost, doubled, late, overtake each other; links are dead one way or both;
 * connections are cut with one end or both taking notice.
 *
 * <p>Confined to the thread that runs it.
 */
final class SimulatedNetwork {
    private static final long HOP_NS = 200_000;

    final ManualClock clock = ManualClock.start();
    final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Endpoint, SimulatedTransport> listening = new HashMap<>();
    private final Set<String> dead = new HashSet<>();
    private final List<SimulatedConnection> connections = new ArrayList<>();
    private long sequence;
    private int portNext = 1_000;
    double loss;
    double doubling;
    double overtaking;
    long delayNsMax;
    long lostFrames;
    long doubledFrames;
    long overtakenFrames;
    long cuts;

    SimulatedNetwork(long seed) {
        random = new SplittableRandom(seed);
    }

    private record Event(long dueNs, long sequence, Runnable task) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.signum(dueNs - other.dueNs);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private void at(long dueNs, Runnable task) {
        events.add(new Event(dueNs, sequence++, task));
    }

    /** Does the next thing, moving the clock to it; false if nothing is left to do before {@code untilNs}. */
    boolean step(long untilNs) {
        Event next = events.peek();
        if (next == null || next.dueNs - untilNs > 0) {
            clock.advance(Duration.ofNanos(Math.max(0, untilNs - clock.nanoTime())));
            return false;
        }
        events.remove();
        clock.advance(Duration.ofNanos(Math.max(0, next.dueNs - clock.nanoTime())));
        next.task.run();
        return true;
    }

    SimulatedTransport transport(String node) {
        return new SimulatedTransport(node);
    }

    /** Has nothing pass from one node to another. */
    void kill(String from, String to) {
        dead.add(from + ">" + to);
    }

    void heal() {
        dead.clear();
        loss = 0;
        doubling = 0;
        overtaking = 0;
        delayNsMax = 0;
    }

    /** Ends a connection; the other end takes notice, or only when it sends the next time. */
    void cutOne() {
        List<SimulatedConnection> open =
                connections.stream().filter(each -> !each.isOver).toList();
        if (!open.isEmpty()) {
            cuts++;
            SimulatedConnection victim = open.get(random.nextInt(open.size()));
            victim.end("connection was reset");
            SimulatedConnection other = victim.other;
            if (other != null && random.nextInt(3) > 0) {
                at(clock.nanoTime() + HOP_NS, () -> other.end("connection was reset"));
            }
        }
        connections.removeIf(each -> each.isOver);
    }

    private boolean isDead(String from, String to) {
        return dead.contains(from + ">" + to);
    }

    /** What one node sees of the network. */
    final class SimulatedTransport implements Transport, Transport.Loop {
        final String node;
        private @Nullable Supplier<? extends Handler> handlers;
        private @Nullable Endpoint endpoint;
        private boolean closed;

        SimulatedTransport(String node) {
            this.node = node;
        }

        @Override
        public boolean isHere() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            schedule(task, 0);
        }

        @Override
        public void schedule(Runnable task, long delayNs) {
            at(clock.nanoTime() + delayNs, () -> {
                if (!closed) {
                    task.run();
                }
            });
        }

        @Override
        public Loop loop() {
            return this;
        }

        @Override
        public Endpoint listen(Endpoint at, Supplier<? extends Handler> factory) {
            handlers = factory;
            Endpoint own = at.port() == 0 ? new Endpoint(at.host(), portNext++) : at;
            endpoint = own;
            listening.put(own, this);
            return own;
        }

        @Override
        public void dial(Loop loop, Endpoint to, String expected, Handler handler) {
            SimulatedTransport target = listening.get(to);
            at(clock.nanoTime() + 2 * HOP_NS, () -> {
                Supplier<? extends Handler> accept = target == null || target.closed ? null : target.handlers;
                if (accept == null || target == null) {
                    handler.onClosed(null, "connection was refused");
                } else if (!isDead(node, target.node) && !isDead(target.node, node)) {
                    connect(this, handler, target, accept.get());
                } // else nobody ever answers
            });
        }

        @Override
        public void close() {
            closed = true;
            if (endpoint != null) {
                listening.remove(endpoint);
            }
            connections.stream().filter(each -> each.owner == this).toList().forEach(SimulatedConnection::close);
        }
    }

    private void connect(
            SimulatedTransport from, Transport.Handler near, SimulatedTransport to, Transport.Handler far) {
        SimulatedConnection first = new SimulatedConnection(from, to.node, near);
        SimulatedConnection second = new SimulatedConnection(to, from.node, far);
        first.other = second;
        second.other = first;
        connections.add(first);
        connections.add(second);
        second.handler.onOpen(second);
        first.handler.onOpen(first);
    }

    /** One end of a connection. */
    private final class SimulatedConnection implements Transport.Connection {
        private final SimulatedTransport owner;
        private final String peer;
        private final Transport.Handler handler;
        private @Nullable SimulatedConnection other;
        private boolean isOver;
        private long lastDueNs;

        SimulatedConnection(SimulatedTransport owner, String peer, Transport.Handler handler) {
            this.owner = owner;
            this.peer = peer;
            this.handler = handler;
            lastDueNs = clock.nanoTime();
        }

        @Override
        public void send(ByteBuf frames) {
            while (frames.isReadable()) {
                byte[] frame = new byte[frames.readInt()];
                frames.readBytes(frame);
                pass(frame);
            }
            frames.release();
        }

        private void pass(byte[] frame) {
            SimulatedConnection to = other;
            if (isOver || to == null || isDead(owner.node, peer) || random.nextDouble() < loss) {
                lostFrames++;
                return;
            }
            long delayNs = HOP_NS + (delayNsMax == 0 ? 0 : random.nextLong(delayNsMax));
            boolean overtakes = random.nextDouble() < overtaking;
            long dueNs = clock.nanoTime() + delayNs;
            if (overtakes) {
                overtakenFrames++;
            } else {
                dueNs = Math.max(dueNs - lastDueNs, 0) + lastDueNs;
                lastDueNs = dueNs;
            }
            at(dueNs, () -> to.arrive(frame));
            if (random.nextDouble() < doubling) {
                doubledFrames++;
                at(dueNs + HOP_NS, () -> to.arrive(frame));
            }
        }

        private void arrive(byte[] frame) {
            if (isOver || owner.closed) {
                return;
            }
            handler.onFrame(this, Unpooled.wrappedBuffer(frame));
            if (!isOver) {
                handler.onPause(this);
            }
        }

        @Override
        public ByteBuf buffer(int capacityBytes) {
            return Unpooled.buffer(capacityBytes);
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void frameBytesMax(int value) {}

        @Override
        public void close() {
            if (isOver) {
                return;
            }
            SimulatedConnection to = other;
            end("closed");
            if (to != null && !isDead(owner.node, peer)) {
                at(
                        Math.max(lastDueNs - clock.nanoTime(), 0) + clock.nanoTime() + HOP_NS,
                        () -> to.end("closed by peer"));
            }
        }

        private void end(String reason) {
            if (!isOver) {
                isOver = true;
                if (!owner.closed) {
                    handler.onClosed(this, reason);
                }
            }
        }

        @Override
        public Transport.Loop loop() {
            return owner;
        }

        @Override
        public String remote() {
            return peer;
        }
    }
}
