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
import io.waybill.axonserver.routing.ConnectedClients;
import java.util.function.Supplier;

/** Tells clients where to connect, which is always here, and keeps in touch with those that have. */
public final class PlatformService extends PlatformServiceImplBase {

    private final Supplier<NodeInfo> node;
    private final ConnectedClients clients;

    /** Creates the service; {@code node} is this node's address, known once its ports are open. */
    public PlatformService(Supplier<NodeInfo> node, ConnectedClients clients) {
        this.node = node;
        this.clients = clients;
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
        ConnectedClients.Client client = clients.open((ServerCallStreamObserver<PlatformOutboundInstruction>) out);
        return new CallObserver<>(instruction -> handle(client, instruction), client::disconnected);
    }

    private static void handle(ConnectedClients.Client client, PlatformInboundInstruction instruction) {
        String id = instruction.getInstructionId();
        switch (instruction.getRequestCase()) {
            case REGISTER -> {
                client.register(instruction.getRegister());
                Acknowledgements.accept(id, ack -> client.send(acknowledge(ack)));
            }
            case HEARTBEAT -> {
                client.heartbeat();
                Acknowledgements.accept(id, ack -> client.send(acknowledge(ack)));
            }
            // Nothing here watches processors yet; clients report them unasked and need only be heard.
            case EVENT_PROCESSOR_INFO, RESULT -> Acknowledgements.accept(id, ack -> client.send(acknowledge(ack)));
            case ACK -> {}
            case SUBSCRIBE_TOPOLOGY_CHANGES, UNSUBSCRIBE_TOPOLOGY_CHANGES, REQUEST_NOT_SET ->
                Acknowledgements.refuse(id, ack -> client.send(acknowledge(ack)));
        }
    }

    private static PlatformOutboundInstruction acknowledge(InstructionAck ack) {
        return PlatformOutboundInstruction.newBuilder().setAck(ack).build();
    }
}
