package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.PlatformDependent;
import io.stele.runtime.ActorException;
import io.stele.runtime.OutcomeUnknownException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes to one peer in one order: a bounded queue, and a connection that is made again whenever it is lost.
 *
 * <pre>
 *   any thread ──offer──&gt; [ queue ] ──drain, on the loop──&gt; frames ──&gt; connection ──&gt; peer
 *
 *   IDLE ──something to send──&gt; DIALING ──&gt; GREETING ──WELCOME──&gt; OPEN
 *    ^                             │            │                  │
 *    └───────── backoff over ──────┴────────────┴──── closed ──────┘
 * </pre>
 *
 * <p>A connection that is no longer the current one is not listened to. Whoever finds the queue filled and no connection under way
 * starts one, as does every tick: so nothing can be left waiting for a call that never comes.
 *
 * <p>{@link #offer} may be called by any thread; the rest is confined to the loop.
 */
final class OutboundStream {
    private static final Logger LOG = LoggerFactory.getLogger(OutboundStream.class);
    private static final int BATCH_BYTES = 32 << 10;
    private static final int BUFFER_BYTES = BATCH_BYTES + (4 << 10);
    private static final int SMALL_BUFFER_BYTES = 1 << 10;
    private static final int NUMBERED_MAX = 1 << 16;

    private enum State {
        IDLE,
        DIALING,
        GREETING,
        OPEN
    }

    final StreamKind kind;
    private final Association association;
    private final Transport.Loop loop;
    private final Queue<Outgoing> queue;
    private final int queueCapacity;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Runnable drainTask = this::runDrain;
    private final Backoff backoff;
    private final FrameWriter writer;

    private final List<RemoteTarget> numbered = new ArrayList<>();
    private final Map<String, ReliableStream> reliable = new HashMap<>();
    private final List<ReliableStream> reliableByNumber = new ArrayList<>();
    private final ArrayDeque<ReliableStream> ready = new ArrayDeque<>();

    private volatile State state = State.IDLE;
    private Transport.@Nullable Connection connection;
    private Attempt attempt = new Attempt();
    private long retryAtNs;
    private long deadlineNs;
    private long heardNs;
    private int receivedNumber;
    private long creditBytes;
    private long connectionCount;
    private long sentFrames;
    private volatile long sentShown;
    private volatile String lastProblem = "";

    /** Tells a connection that is no longer wanted from the current one, also before it is open. */
    private final class Attempt implements Transport.Handler {
        @Override
        public void onOpen(Transport.Connection opened) {
            if (attempt == this) {
                OutboundStream.this.onOpen(opened);
            } else {
                opened.close();
            }
        }

        @Override
        public void onFrame(Transport.Connection from, ByteBuf frame) {
            if (attempt == this) {
                OutboundStream.this.onFrame(frame);
            }
        }

        @Override
        public void onWritable(Transport.Connection writable) {
            if (attempt == this) {
                drain();
            }
        }

        @Override
        public void onClosed(Transport.@Nullable Connection closed, String reason) {
            if (attempt == this) {
                lose(reason);
            }
        }
    }

    OutboundStream(Association association, StreamKind kind, Transport.Loop loop) {
        this.association = association;
        this.kind = kind;
        this.loop = loop;
        RemoteOptions options = association.options();
        queueCapacity = options.queueCapacity;
        queue = PlatformDependent.newMpscQueue(options.queueCapacity);
        backoff = new Backoff(options.backoffFirstNs, options.backoffMaxNs, association.random());
        writer = new FrameWriter(association, numbered, NUMBERED_MAX);
    }

    /** Puts something in; false if there is no room, or the peer is given up for now. Any thread. */
    boolean offer(Outgoing outgoing) {
        if (!association.takes() || !queue.offer(outgoing)) {
            return false;
        }
        wake();
        return true;
    }

    /** As {@link #offer}, for a message that is kept until it arrives, however long the peer is away. Any thread. */
    boolean offerReliable(Outgoing.Numbered outgoing) {
        association.want();
        if (association.isClosed() || !queue.offer(outgoing)) {
            return false;
        }
        wake();
        return true;
    }

    /** Has the loop look at the queue. Any thread. */
    void wake() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            loop.execute(drainTask);
        }
    }

    private void runDrain() {
        boolean more = drain();
        scheduled.set(false);
        if (more || (state == State.OPEN && !queue.isEmpty() && canSend())) {
            wake();
        }
    }

    private boolean canSend() {
        Transport.Connection present = connection;
        return present != null && present.isWritable() && writer.sentBytes() < creditBytes;
    }

    /** Sends what can be sent, one batch; returns whether there is more that can. */
    private boolean drain() {
        Transport.Connection present = connection;
        if (state != State.OPEN || present == null) {
            dialIfWanted(association.nowNs());
            return false;
        }
        if (!canSend() || (queue.isEmpty() && ready.isEmpty())) {
            return false;
        }
        ByteBuf batch = present.buffer(queue.size() < 8 && ready.isEmpty() ? SMALL_BUFFER_BYTES : BUFFER_BYTES);
        boolean released = true;
        try {
            fill(batch);
            released = false;
        } finally {
            if (released) {
                batch.release();
            }
        }
        sentShown = sentFrames;
        if (batch.isReadable()) {
            present.send(batch);
        } else {
            batch.release();
        }
        return canSend() && (!queue.isEmpty() || !ready.isEmpty());
    }

    private void fill(ByteBuf batch) {
        long nowNs = association.nowNs();
        while (batch.writerIndex() < BATCH_BYTES && writer.sentBytes() < creditBytes) {
            ReliableStream stream = ready.peek();
            if (stream != null) {
                fillReliable(batch, stream);
                continue;
            }
            Outgoing next = queue.poll();
            if (next == null) {
                return;
            }
            if (next instanceof Outgoing.Numbered message) {
                add(message, nowNs);
            } else {
                write(batch, next, nowNs);
            }
        }
    }

    private void write(ByteBuf batch, Outgoing next, long nowNs) {
        try {
            if (writer.write(batch, next, nowNs)) {
                sentFrames++;
            }
        } catch (ActorException e) {
            next.fail(e);
        }
    }

    private void add(Outgoing.Numbered message, long nowNs) {
        ReliableStream stream = message.stream;
        reliable.put(stream.key, stream);
        stream.append(message, nowNs);
        list(stream);
    }

    private void list(ReliableStream stream) {
        if (!stream.isListed && stream.next() != null) {
            stream.isListed = true;
            ready.add(stream);
        }
    }

    private void fillReliable(ByteBuf batch, ReliableStream stream) {
        Outgoing.Numbered next = stream.next();
        if (next == null) {
            ready.remove();
            stream.isListed = false;
            return;
        }
        try {
            if (stream.definedOn != connectionCount) {
                reliableByNumber.add(stream);
                stream.number = reliableByNumber.size();
                stream.definedOn = connectionCount;
                writer.writeNumbered(batch, next, true);
            } else {
                writer.writeNumbered(batch, next, false);
            }
            sentFrames++;
            stream.onSent();
        } catch (ActorException e) {
            stream.dropNext();
            next.fail(e);
        }
    }

    /** Sends one frame of the protocol's own, ahead of what is queued; nothing if there is no connection. */
    boolean sendNow(byte type, java.util.function.Consumer<ByteBuf> body) {
        Transport.Connection present = connection;
        if (present == null || state != State.OPEN) {
            return false;
        }
        send(present, type, body);
        return true;
    }

    private void send(Transport.Connection present, byte type, java.util.function.Consumer<ByteBuf> body) {
        ByteBuf frame = present.buffer(SMALL_BUFFER_BYTES);
        writer.writeOwn(frame, type, body);
        present.send(frame);
    }

    /** Returns whether somebody waits for this stream. */
    private boolean isWanted() {
        return kind == StreamKind.CONTROL
                ? association.isWanted()
                : !queue.isEmpty() || reliable.values().stream().anyMatch(stream -> !stream.isEmpty());
    }

    private void dialIfWanted(long nowNs) {
        if (state != State.IDLE || nowNs - retryAtNs < 0 || association.isClosed() || !isWanted()) {
            return;
        }
        Endpoint to = association.endpoint(backoff.failures());
        if (to == null) {
            lastProblem = "no endpoint of the node is known";
            retryAtNs = nowNs + backoff.nextNs();
            return;
        }
        state = State.DIALING;
        deadlineNs = nowNs + association.options().connectTimeoutNs + association.options().handshakeTimeoutNs;
        attempt = new Attempt();
        association.dial(loop, to, attempt);
    }

    private void onOpen(Transport.Connection opened) {
        long nowNs = association.nowNs();
        connection = opened;
        connectionCount++;
        state = State.GREETING;
        receivedNumber = 0;
        creditBytes = 0;
        heardNs = nowNs;
        deadlineNs = nowNs + association.options().handshakeTimeoutNs;
        writer.restart(connectionCount);
        numbered.clear();
        reliableByNumber.clear();
        opened.frameBytesMax(association.options().frameBytesMax);
        send(opened, Frames.HELLO, body -> association.writeHello(body, kind));
    }

    private void onFrame(ByteBuf frame) {
        try {
            Frames.require(frame, Frames.HEADER_BYTES - Frames.LENGTH_BYTES);
            byte type = frame.readByte();
            frame.readByte();
            int number = frame.readInt();
            if (number != receivedNumber + 1) {
                throw new ProtocolException(
                        "frame is not the next: number=" + number + ", expected=" + (receivedNumber + 1));
            }
            receivedNumber = number;
            heardNs = association.nowNs();
            handle(type, frame);
        } catch (ProtocolException | MessageRefusedException e) {
            drop("peer does not keep to the protocol: " + e.getMessage());
        }
    }

    private void handle(byte type, ByteBuf frame) {
        if (state == State.GREETING) {
            greet(type, frame);
            return;
        }
        switch (type) {
            case Frames.PONG -> {
                long sentNs = frame.readLong();
                association.onPong(kind, heardNs - sentNs, frame.readInt());
            }
            case Frames.CREDIT -> {
                creditBytes = Math.max(creditBytes, frame.readLong());
                wake();
            }
            case Frames.BUSY, Frames.READY -> onBusy(Frames.readVarint(frame), type == Frames.BUSY);
            case Frames.ACK -> onAck(Frames.readVarint(frame), Frames.readVarint(frame));
            case Frames.REJECT -> onReject(Frames.readVarint(frame), Frames.readVarint(frame), Frames.readText(frame));
            case Frames.GOODBYE -> drop("peer says goodbye: " + Frames.readText(frame));
            default -> throw new ProtocolException("frame is not expected here: type=" + type);
        }
    }

    private void greet(byte type, ByteBuf frame) {
        if (type == Frames.REFUSED) {
            frame.readByte();
            String sentence = Frames.readText(frame);
            association.onRefused(sentence);
            drop("peer refuses the connection: " + sentence);
            return;
        }
        if (type != Frames.WELCOME) {
            throw new ProtocolException("frame is not expected before a welcome: type=" + type);
        }
        creditBytes = association.onWelcome(this, frame);
        state = State.OPEN;
        backoff.reset();
        lastProblem = "";
        for (ReliableStream stream : reliable.values()) {
            stream.rewind(heardNs);
            list(stream);
        }
        association.onStreamOpen(this);
        wake();
    }

    private void onBusy(long number, boolean busy) {
        int index = (int) number - Frames.TARGET_FIRST;
        if (index >= 0 && index < numbered.size()) {
            numbered.get(index).isBusy = busy;
        }
    }

    private @Nullable ReliableStream stream(long number) {
        return number >= 1 && number <= reliableByNumber.size() ? reliableByNumber.get((int) number - 1) : null;
    }

    private void onAck(long number, long upTo) {
        ReliableStream stream = stream(number);
        if (stream != null) {
            association.onAcknowledged(stream, stream.onAcknowledged(upTo, heardNs), upTo);
            list(stream);
        }
    }

    private void onReject(long number, long rejected, String sentence) {
        ReliableStream stream = stream(number);
        Outgoing.Numbered message = stream == null ? null : stream.onRejected(rejected, heardNs);
        if (stream != null && message != null) {
            association.onRejected(message, sentence);
            association.onAcknowledged(stream, 1, rejected); // those before it, too
            list(stream);
        }
    }

    /** Gives the connection up, whatever state it is in. */
    void drop(String reason) {
        if (state == State.IDLE) {
            return;
        }
        Transport.Connection present = connection;
        lose(reason);
        if (present != null) {
            present.close();
        }
    }

    private void lose(String reason) {
        boolean wasOpen = state == State.OPEN;
        long nowNs = association.nowNs();
        attempt = new Attempt();
        connection = null;
        state = State.IDLE;
        lastProblem = reason;
        retryAtNs = nowNs + backoff.nextNs();
        numbered.forEach(target -> target.isBusy = false);
        LOG.debug("connection is over: peer={}, stream={}, reason={}", association.peer(), kind, reason);
        association.onStreamClosed(this, wasOpen, reason);
    }

    void tick(long nowNs) {
        switch (state) {
            case IDLE -> dialIfWanted(nowNs);
            case DIALING, GREETING -> {
                if (nowNs - deadlineNs >= 0) {
                    drop("no handshake in time");
                }
            }
            case OPEN -> {
                if (nowNs - heardNs > association.options().lostAfterNs) {
                    drop("nothing was heard in time: silentMs=" + (nowNs - heardNs) / 1_000_000);
                    return;
                }
                resend(nowNs);
                wake();
            }
        }
    }

    private void resend(long nowNs) {
        reliable.values().removeIf(stream -> {
            if (stream.rewindIfDue(nowNs)) {
                list(stream);
            }
            return stream.isEmpty() && !stream.isListed;
        });
    }

    void ping(long nowNs, int load) {
        sendNow(Frames.PING, body -> body.writeLong(nowNs).writeInt(load));
    }

    /** Makes whatever waits here and is not reliable a dead letter. */
    void abandonQueue(ActorException cause) {
        int count = queue.size();
        for (int i = 0; i < count; i++) {
            Outgoing next = queue.poll();
            if (next == null) {
                return;
            }
            if (next instanceof Outgoing.Numbered message && !association.isClosed()) {
                add(message, association.nowNs());
            } else {
                next.fail(cause);
            }
        }
    }

    /** Ends for good. */
    void close(String reason) {
        sendNow(Frames.GOODBYE, body -> Frames.writeText(body, reason));
        drop(reason);
        abandonQueue(new OutcomeUnknownException("node is closed: peer=" + association.peer(), null));
    }

    PeerStatus.Stream status() {
        return new PeerStatus.Stream(
                kind,
                state == State.OPEN,
                Math.min(queueCapacity, queue.size()),
                queueCapacity,
                sentShown,
                connectionCount,
                lastProblem);
    }
}
