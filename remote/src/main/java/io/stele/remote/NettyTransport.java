package io.stele.remote;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.stele.runtime.NetworkThread;
import io.stele.spi.Clock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Frames over TCP. Lengths are checked before anything is allocated for them; a frame is handed on from the buffer that it was read into.
 *
 * <p>Any thread.
 */
final class NettyTransport implements Transport {
    private static final int WATER_LOW = 128 << 10;
    private static final int WATER_HIGH = 512 << 10;
    private static final int BACKLOG = 1_024;
    private static final long CLOSE_MS = 2_000;
    private static final int FRAME_BYTES_MIN = Frames.HEADER_BYTES - Frames.LENGTH_BYTES;

    private final RemoteOptions options;
    private final EventLoopGroup group;
    private final Map<EventLoop, NettyLoop> loops = new HashMap<>();
    private final @Nullable Tls tls;
    /** Accepted, and not yet handed to those who know peers from strangers. */
    private final AtomicInteger unproven = new AtomicInteger();

    private volatile @Nullable Channel server;

    /** Throws {@link RemoteException} if the certificates cannot be used. */
    NettyTransport(RemoteOptions options, Clock clock) {
        this.options = options;
        TlsOptions wanted = options.tls;
        tls = wanted == null ? null : Tls.open(wanted, options.node, clock);
        AtomicInteger count = new AtomicInteger();
        group = new MultiThreadIoEventLoopGroup(
                options.loopCount,
                task -> {
                    LoopThread thread = new LoopThread(task, "stele-remote-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                NioIoHandler.newFactory());
    }

    /** Carries many: nobody may have it wait. */
    private static final class LoopThread extends FastThreadLocalThread implements NetworkThread {
        LoopThread(Runnable task, String name) {
            super(task, name);
        }
    }

    private record NettyLoop(EventLoop eventLoop) implements Loop {
        @Override
        public boolean isHere() {
            return eventLoop.inEventLoop();
        }

        @Override
        public void execute(Runnable task) {
            if (!eventLoop.isShuttingDown()) {
                eventLoop.execute(task);
            }
        }

        @Override
        public void schedule(Runnable task, long delayNs) {
            if (!eventLoop.isShuttingDown()) {
                var unused = eventLoop.schedule(task, delayNs, TimeUnit.NANOSECONDS);
            }
        }
    }

    @Override
    public Loop loop() {
        return of(group.next());
    }

    private NettyLoop of(EventLoop eventLoop) {
        synchronized (loops) {
            return loops.computeIfAbsent(eventLoop, NettyLoop::new);
        }
    }

    @Override
    public Endpoint listen(Endpoint at, Supplier<? extends Handler> handlers) {
        requireSafe(at);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(WATER_LOW, WATER_HIGH))
                .childHandler(initializer(handlers, null, null));
        try {
            Channel bound =
                    bootstrap.bind(at.host(), at.port()).syncUninterruptibly().channel();
            server = bound;
            return new Endpoint(at.host(), ((InetSocketAddress) bound.localAddress()).getPort());
        } catch (RuntimeException e) {
            throw new RemoteException("node cannot listen there: endpoint=" + at + ", reason=" + e.getMessage(), e);
        }
    }

    /** Another machine may listen in, and pretend to be anybody. */
    private void requireSafe(Endpoint at) {
        if (tls != null) {
            return;
        }
        try {
            if (!InetAddress.getByName(at.host()).isLoopbackAddress()) {
                throw new RemoteException(
                        "without TLS a node may listen on a loopback address only, and reach such ones: endpoint=" + at,
                        null);
            }
        } catch (UnknownHostException e) {
            throw new RemoteException("host is not known: endpoint=" + at, e);
        }
    }

    /** @param to who is dialled, and which node is expected there; null where somebody dials us */
    private ChannelInitializer<Channel> initializer(
            Supplier<? extends Handler> handlers, @Nullable Endpoint to, @Nullable String node) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                Tls encrypting = tls;
                if (encrypting != null) {
                    SslHandler encryption = to == null
                            ? encrypting.server(channel.alloc(), (InetSocketAddress) channel.remoteAddress())
                            : encrypting.client(channel.alloc(), to.host(), to.port());
                    encryption.setHandshakeTimeoutMillis(TimeUnit.NANOSECONDS.toMillis(options.handshakeTimeoutNs));
                    channel.pipeline().addLast(encryption, new TlsGate(node));
                }
                channel.pipeline().addLast(new FrameReader(handlers.get(), to == null));
            }
        };
    }

    @Override
    public void dial(Loop loop, Endpoint to, String node, Handler handler) {
        try {
            requireSafe(to);
        } catch (RemoteException e) {
            loop.execute(() -> handler.onClosed(null, String.valueOf(e.getMessage())));
            return;
        }
        new Bootstrap()
                .group(((NettyLoop) loop).eventLoop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(WATER_LOW, WATER_HIGH))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        TimeUnit.NANOSECONDS.toMillis(options.connectTimeoutNs))
                .handler(initializer(() -> handler, to, node))
                .connect(to.host(), to.port())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        handler.onClosed(null, String.valueOf(connected.cause().getMessage()));
                    }
                });
    }

    @Override
    public void close() {
        Channel listening = server;
        if (listening != null) {
            var unused = listening.close();
        }
        group.shutdownGracefully(0, CLOSE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * CLOSE_MS);
    }

    /** Takes bytes apart. Confined to its loop. */
    private final class FrameReader extends ByteToMessageDecoder implements Connection {
        private final Handler handler;
        private final boolean accepted;
        private boolean counted;
        private @Nullable ChannelHandlerContext context;
        private @Nullable NettyLoop loop;
        private int frameBytesMax = 64 << 10;
        private boolean opened;
        private boolean over;
        private String reason = "connection was closed by the other end";

        FrameReader(Handler handler, boolean accepted) {
            this.handler = handler;
            this.accepted = accepted;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
            loop = of(added.channel().eventLoop());
            if (accepted) {
                counted = true;
                if (unproven.incrementAndGet() > options.strangersMax) {
                    close();
                }
            }
        }

        private void uncount() {
            if (counted) {
                counted = false;
                unproven.decrementAndGet();
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext active) {
            uncount();
            if (!over) {
                opened = true;
                handler.onOpen(this);
            }
        }

        @Override
        protected void decode(ChannelHandlerContext from, ByteBuf in, List<Object> out) {
            while (!over && in.readableBytes() >= Frames.LENGTH_BYTES) {
                int start = in.readerIndex();
                int length = in.getInt(start);
                if (length < FRAME_BYTES_MIN || length > frameBytesMax) {
                    reason = "length of a frame is out of range: length=" + length + ", frameBytesMax=" + frameBytesMax;
                    in.skipBytes(in.readableBytes());
                    close();
                    return;
                }
                int frameStart = start + Frames.LENGTH_BYTES;
                if (in.readableBytes() < Frames.LENGTH_BYTES + length) {
                    return;
                }
                int end = in.writerIndex();
                in.setIndex(frameStart, frameStart + length);
                handler.onFrame(this, in);
                in.setIndex(frameStart + length, end);
            }
            if (over) {
                in.skipBytes(in.readableBytes());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext from) throws Exception {
            if (!over) {
                handler.onPause(this);
            }
            super.channelReadComplete(from);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext changed) {
            if (!over && changed.channel().isWritable()) {
                handler.onWritable(this);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext inactive) throws Exception {
            super.channelInactive(inactive);
            uncount();
            over = true;
            if (opened) {
                opened = false;
                handler.onClosed(this, reason);
            } else if (!accepted) {
                handler.onClosed(null, reason);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
            reason = String.valueOf(cause.getMessage());
            close();
        }

        private ChannelHandlerContext context() {
            ChannelHandlerContext present = context;
            assert present != null : "added before it is used";
            return present;
        }

        @Override
        public void send(ByteBuf frames) {
            ChannelHandlerContext to = context();
            var unused = to.writeAndFlush(frames, to.voidPromise());
        }

        @Override
        public ByteBuf buffer(int capacityBytes) {
            ByteBufAllocator allocator = context().alloc();
            return allocator.directBuffer(capacityBytes);
        }

        @Override
        public boolean isWritable() {
            return context().channel().isWritable();
        }

        @Override
        public void frameBytesMax(int value) {
            frameBytesMax = value;
        }

        @Override
        public void close() {
            over = true;
            var unused = context().close();
        }

        @Override
        public Loop loop() {
            NettyLoop present = loop;
            assert present != null : "added before it is used";
            return present;
        }

        @Override
        public @Nullable String provenNode() {
            SslHandler encryption = context().pipeline().get(SslHandler.class);
            return encryption == null
                    ? null
                    : Tls.provenNode(encryption.engine().getSession());
        }

        @Override
        public String remote() {
            return String.valueOf(context().channel().remoteAddress());
        }
    }
}
