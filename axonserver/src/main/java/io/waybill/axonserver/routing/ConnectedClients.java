package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.control.Heartbeat;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The applications that hold an instruction stream open, and whether they are still alive. */
public final class ConnectedClients {

    private static final Logger log = LoggerFactory.getLogger(ConnectedClients.class);

    private static final PlatformOutboundInstruction HEARTBEAT = PlatformOutboundInstruction.newBuilder()
            .setHeartbeat(Heartbeat.getDefaultInstance())
            .build();

    private final Set<ConnectedClient> clients = ConcurrentHashMap.newKeySet();
    private final SentInstructions instructions = new SentInstructions();

    /**
     * An instruction stream that is being opened; it counts as connected once it has registered.
     *
     * @param onGone runs once the client is gone, however it went
     */
    public ConnectedClient open(
            ServerCallStreamObserver<PlatformOutboundInstruction> stream, Consumer<ConnectedClient> onGone) {
        return new ConnectedClient(stream, this, onGone);
    }

    /** The clients that are connected, sorted by application and identifier. */
    public List<ConnectedClient> all() {
        return clients.stream()
                .sorted(Comparator.comparing(ConnectedClient::component).thenComparing(ConnectedClient::id))
                .toList();
    }

    /** How many clients are connected. */
    public int count() {
        return clients.size();
    }

    /** Sends each client a heartbeat and lets go of those that stopped sending theirs. To be called regularly. */
    public void beat() {
        long now = System.nanoTime();
        for (ConnectedClient client : clients) {
            if (client.isSilent(now)) {
                log.warn("{} sent no heartbeat in time; its stream is closed", client);
                client.fail(ErrorCode.OTHER.exception("Platform stream inactivity for " + client));
            } else if (client.isNotReading()) {
                log.warn("{} does not read its instructions; its stream is closed", client);
                client.fail(ErrorCode.TOO_MANY_REQUESTS.exception("Instructions are not read fast enough"));
            } else {
                client.send(HEARTBEAT);
            }
        }
    }

    /** Gives up on instructions that were not answered in time. To be called regularly. */
    public void expire() {
        instructions.expire(System.nanoTime());
    }

    SentInstructions instructions() {
        return instructions;
    }

    void registered(ConnectedClient client) {
        if (clients.add(client)) {
            log.info("{} connected", client);
        }
    }

    void gone(ConnectedClient client) {
        if (clients.remove(client)) {
            log.info("{} disconnected", client);
        }
        instructions.disconnected(client);
    }
}
