package io.stele.remote;

import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;
import io.stele.runtime.DeadLetter;
import io.stele.runtime.Gateway;

/**
 * Addresses inside messages: those of this node by their names, those that have none by a number, and back.
 *
 * <p>Any thread.
 */
final class NodeRefs implements RefResolver {
    private final RemoteNode node;

    NodeRefs(RemoteNode node) {
        this.node = node;
    }

    @Override
    public String addressOf(ActorRef<?> ref) {
        if (ref instanceof RemoteTarget target) {
            return target.address.toString();
        }
        if (ref instanceof ReliableActor<?> reliable) {
            return reliable.address().toString();
        }
        if (ref instanceof ReplyTable.Waiting<?> waiting) {
            return replyAddress(waiting.id);
        }
        ActorAddress known = node.gateway().address(ref);
        return known == null ? replyAddress(export(ref)) : known.toString();
    }

    private String replyAddress(long id) {
        return ActorAddress.SCHEME + node.options().node + "/reply/" + id;
    }

    private long export(ActorRef<?> ref) {
        ReplyTable.Exported exported = new ReplyTable.Exported(ref, node.clock().nanoTime());
        if (!node.replies().add(exported, node.clock().nanoTime())) {
            throw new IllegalArgumentException("too many addresses without a name are known to others");
        }
        return exported.id;
    }

    @Override
    public ActorRef<?> resolve(String text) {
        ActorAddress address = ActorAddress.parse(text);
        if (!address.node().equals(node.options().node)) {
            return node.association(address.node()).ref(address);
        }
        if (address.kind() == ActorAddress.Kind.REPLY) {
            ReplyTable.Slot slot = node.replies().find(Long.parseLong(address.name()));
            if (slot instanceof ReplyTable.Exported exported) {
                return exported.ref;
            }
            if (slot instanceof ReplyTable.Waiting<?> waiting) {
                return waiting;
            }
        }
        ActorRef<?> found = node.gateway().find(address.kind(), address.name());
        return found == null ? new Nobody(node.gateway(), address) : found;
    }

    /** Somebody of this node who has stopped, or never was. */
    private static final class Nobody implements ActorRef<Object> {
        private final Gateway gateway;
        private final ActorAddress address;

        Nobody(Gateway gateway, ActorAddress address) {
            this.gateway = gateway;
            this.address = address;
        }

        @Override
        public boolean tell(Object message) {
            gateway.deadLetter(message, address.toString(), DeadLetter.Reason.STOPPED);
            return false;
        }

        @Override
        public String toString() {
            return address.toString();
        }
    }
}
