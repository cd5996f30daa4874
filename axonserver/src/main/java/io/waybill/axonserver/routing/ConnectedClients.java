package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.control.ClientIdentification;
import io.axoniq.axonserver.grpc.control.Heartbeat;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The applications that hold an instruction stream open, and whether they are still alive. */
public final class ConnectedClients {

    private static final Logger log = LoggerFactory.getLogger(ConnectedClients.class);

    /**
     * A client that has sent heartbeats and falls silent this long is taken for hung. Twice what the original allows,
     * because here the applications share one busy machine with the node.
     */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final PlatformOutboundInstruction HEARTBEAT = PlatformOutboundInstruction.newBuilder()
            .setHeartbeat(Heartbeat.getDefaultInstance())
            .build();

    private final Set<Client> clients = ConcurrentHashMap.newKeySet();

    /** An instruction stream that is being opened; it counts as connected once it has registered. */
    public Client open(ServerCallStreamObserver<PlatformOutboundInstruction> stream) {
        return new Client(stream);
    }

    /** How many applications are connected. */
    public int count() {
        return clients.size();
    }

    /** Sends each client a heartbeat and lets go of those that stopped sending theirs. To be called regularly. */
    public void beat() {
        long now = System.nanoTime();
        for (Client client : clients) {
            if (client.isSilent(now)) {
                log.warn("{} sent no heartbeat in time; its stream is closed", client.name());
                client.fail(ErrorCode.OTHER.exception("Platform stream inactivity for " + client.name()));
            } else {
                client.send(HEARTBEAT);
            }
        }
    }

    /** One application's instruction stream. */
    public final class Client {

        private final ServerCallStreamObserver<PlatformOutboundInstruction> stream;
        private volatile @Nullable ClientIdentification identification;
        private volatile boolean sendsHeartbeats;
        private volatile long heardNanos;
        private boolean ended;

        private Client(ServerCallStreamObserver<PlatformOutboundInstruction> stream) {
            this.stream = stream;
            // With a handler set, sending to a client that has just gone is a no-op rather than an exception.
            stream.setOnCancelHandler(() -> {});
        }

        /** The application says who it is. */
        public void register(ClientIdentification who) {
            identification = who;
            if (clients.add(this)) {
                log.info("{} connected", name());
            }
        }

        /** The application gave a sign of life. */
        public void heartbeat() {
            heardNanos = System.nanoTime();
            sendsHeartbeats = true;
        }

        /** Sends an instruction. */
        public synchronized void send(PlatformOutboundInstruction instruction) {
            if (!ended && !stream.isCancelled()) {
                stream.onNext(instruction);
            }
        }

        /** The application has closed its side, or is gone. */
        public synchronized void disconnected() {
            if (clients.remove(this)) {
                log.info("{} disconnected", name());
            }
            if (!ended && !stream.isCancelled()) {
                stream.onCompleted();
            }
            ended = true;
        }

        private synchronized void fail(StatusRuntimeException error) {
            clients.remove(this);
            if (!ended && !stream.isCancelled()) {
                stream.onError(error);
            }
            ended = true;
        }

        private boolean isSilent(long nowNanos) {
            return sendsHeartbeats && nowNanos - heardNanos > SILENCE_NANOS;
        }

        private String name() {
            ClientIdentification who = identification;
            return who == null ? "(unknown)" : who.getComponentName() + " (" + who.getClientId() + ")";
        }
    }
}
