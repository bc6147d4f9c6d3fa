package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;
import io.stele.runtime.Gateway;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells every peer who can be found here, whenever that changes and when a peer is met, and the receptionist who can be found there. Each
 * listing is whole and takes the place of the one before. At most {@value #ACTORS_MAX} actors of a node are shown to others.
 *
 * <p>Any thread.
 */
final class Services {
    static final int ACTORS_MAX = 4_096;
    private static final int SHARE_OF_FRAME = 2;

    private final RemoteNode node;
    private final AtomicBoolean changed = new AtomicBoolean();

    Services(RemoteNode node) {
        this.node = node;
        node.gateway().onServices(() -> changed.set(true));
    }

    /** Tells everybody, if there is something new. */
    void tick(Collection<Association> peers) {
        if (changed.getAndSet(false)) {
            peers.stream().filter(Association::isUp).forEach(this::onPeerUp);
        }
    }

    void onPeerUp(Association peer) {
        List<Gateway.Offered> here = node.gateway().services();
        peer.loop().execute(() -> peer.control().sendNow(Frames.SERVICES, body -> write(body, here)));
    }

    void onPeerLost(Association peer) {
        node.gateway().services(peer.peer(), List.of());
    }

    private void write(ByteBuf body, List<Gateway.Offered> here) {
        int end = body.writerIndex() + node.options().frameBytesMax / SHARE_OF_FRAME;
        int actors = 0;
        for (Gateway.Offered offered : here) {
            for (ActorRef<?> actor : offered.actors()) {
                ActorAddress address = node.gateway().address(actor);
                if (address != null && actors < ACTORS_MAX && body.writerIndex() < end) {
                    actors++;
                    body.writeByte(1);
                    Frames.writeText(body, offered.name());
                    Frames.writeText(body, offered.messageType());
                    FrameWriter.writeAddress(body, address);
                }
            }
        }
        body.writeByte(0);
    }

    /** A peer says who can be found there. */
    void onListing(Association peer, ByteBuf frame) {
        List<Gateway.Offered> there = new ArrayList<>();
        List<ActorRef<?>> actors = new ArrayList<>();
        String name = "";
        String type = "";
        Frames.require(frame, 1);
        for (int count = 0; frame.readByte() != 0; count++) {
            if (count >= ACTORS_MAX) {
                throw new ProtocolException("listing is too long: countMax=" + ACTORS_MAX);
            }
            String nextName = Frames.readText(frame);
            String nextType = Frames.readText(frame);
            if (!nextName.equals(name) && !actors.isEmpty()) {
                there.add(new Gateway.Offered(name, type, actors));
                actors = new ArrayList<>();
            }
            name = nextName;
            type = nextType;
            actors.add(peer.ref(new ActorAddress(peer.peer(), Frames.readKind(frame), Frames.readText(frame))));
            Frames.require(frame, 1);
        }
        if (!actors.isEmpty()) {
            there.add(new Gateway.Offered(name, type, actors));
        }
        node.gateway().services(peer.peer(), there);
    }
}
