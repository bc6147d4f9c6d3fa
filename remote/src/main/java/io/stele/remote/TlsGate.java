package io.stele.remote;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Stands between encryption and frames: until both sides have proved who they are nothing behind it hears of the connection, and
 * no byte is looked at.
 *
 * <pre>
 *   [ SslHandler ] ── handshake ──&gt; [ TlsGate ] ── channelActive ──&gt; [ frames ]
 * </pre>
 */
final class TlsGate extends ChannelInboundHandlerAdapter {

    private final @Nullable String expectedNode;
    private boolean isOpen;

    /** @param expectedNode who has to be at the other end; null for any node of our authorities */
    TlsGate(@Nullable String expectedNode) {
        this.expectedNode = expectedNode;
    }

    /** Waits for the handshake. */
    @Override
    public void channelActive(ChannelHandlerContext context) {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        assert isOpen : "nothing is decrypted before the handshake is done";
        context.fireChannelRead(bytes);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent completion)) {
            context.fireUserEventTriggered(event);
            return;
        }
        if (!completion.isSuccess()) {
            context.fireExceptionCaught(new RemoteException(
                    "TLS handshake has failed: remote=" + context.channel().remoteAddress() + ", reason="
                            + reason(completion.cause()),
                    completion.cause()));
            var unused = context.close();
            return;
        }
        SslHandler handler = context.pipeline().get(SslHandler.class);
        SSLSession session = handler.engine().getSession();
        Tls.refuseRenegotiation(handler.engine());
        String node = Tls.provenNode(session);
        if (expectedNode != null && !expectedNode.equals(node)) {
            context.fireExceptionCaught(new RemoteException(
                    "another node has answered: remote=" + context.channel().remoteAddress() + ", nodeIdExpected="
                            + expectedNode + ", nodeId=" + node,
                    null));
            var unused = context.close();
            return;
        }
        isOpen = true;
        context.fireChannelActive();
    }

    /** The innermost cause says most, as which check of a certificate has failed. */
    private static String reason(Throwable cause) {
        Throwable innermost = cause;
        for (int i = 0; i < 10 && innermost.getCause() != null; i++) {
            innermost = innermost.getCause();
        }
        return innermost == cause
                ? String.valueOf(cause.getMessage())
                : cause.getMessage() + ", " + innermost.getMessage();
    }
}
