package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.control.ClientIdentification;
import io.axoniq.axonserver.grpc.control.NodeInfo;
import io.axoniq.axonserver.grpc.control.PlatformInboundInstruction;
import io.axoniq.axonserver.grpc.control.PlatformInfo;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction;
import io.axoniq.axonserver.grpc.control.PlatformServiceGrpc.PlatformServiceImplBase;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.routing.ConnectedClient;
import io.waybill.axonserver.routing.ConnectedClients;
import io.waybill.axonserver.routing.Topology;
import java.util.function.Supplier;

/** Tells clients where to connect, which is always here, and keeps in touch with those that have. */
public final class PlatformService extends PlatformServiceImplBase {

    private final Supplier<NodeInfo> node;
    private final ConnectedClients clients;
    private final Topology topology;

    /** Creates the service; {@code node} is this node's address, known once its ports are open. */
    public PlatformService(Supplier<NodeInfo> node, ConnectedClients clients, Topology topology) {
        this.node = node;
        this.clients = clients;
        this.topology = topology;
    }

    @Override
    public void getPlatformServer(ClientIdentification client, StreamObserver<PlatformInfo> reply) {
        reply.onNext(PlatformInfo.newBuilder()
                .setPrimary(node.get())
                .setSameConnection(true)
                .build());
        reply.onCompleted();
    }

    @Override
    public StreamObserver<PlatformInboundInstruction> openStream(StreamObserver<PlatformOutboundInstruction> out) {
        ConnectedClient client =
                clients.open((ServerCallStreamObserver<PlatformOutboundInstruction>) out, topology::unsubscribe);
        return new CallObserver<>(instruction -> handle(client, instruction), client::disconnected);
    }

    private void handle(ConnectedClient client, PlatformInboundInstruction instruction) {
        String id = instruction.getInstructionId();
        switch (instruction.getRequestCase()) {
            case REGISTER -> client.register(instruction.getRegister());
            case HEARTBEAT -> client.heartbeat();
            case EVENT_PROCESSOR_INFO -> client.report(instruction.getEventProcessorInfo());
            case RESULT -> client.result(instruction.getResult());
            case ACK -> {
                client.acknowledged(instruction.getAck());
                return;
            }
            case SUBSCRIBE_TOPOLOGY_CHANGES -> topology.subscribe(client);
            case UNSUBSCRIBE_TOPOLOGY_CHANGES -> topology.unsubscribe(client);
            case REQUEST_NOT_SET -> {
                Acknowledgements.refuse(id, ack -> client.send(acknowledge(ack)));
                return;
            }
        }
        Acknowledgements.accept(id, ack -> client.send(acknowledge(ack)));
    }

    private static PlatformOutboundInstruction acknowledge(InstructionAck ack) {
        return PlatformOutboundInstruction.newBuilder().setAck(ack).build();
    }
}
