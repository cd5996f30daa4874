package io.waybill.axonserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.EventTransformationServiceGrpc;
import io.axoniq.axonserver.grpc.event.QueryEventsRequest;
import io.axoniq.axonserver.grpc.event.QueryEventsResponse;
import io.axoniq.axonserver.grpc.event.dcb.DcbEventSchedulerGrpc;
import io.axoniq.axonserver.grpc.event.dcb.DcbEventStoreGrpc;
import io.axoniq.axonserver.grpc.event.dcb.DcbSnapshotStoreGrpc;
import io.axoniq.axonserver.grpc.streams.PersistentStreamServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not there says so, and at once. */
class UnsupportedTest {

    private final Clients clients = new Clients();

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void methodIsUnimplemented(String name, MethodDescriptor<?, ?> method) {
        assertThat(call(clients.channel(), method).getCode()).as(name).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @Test
    @NodeOnly("The original has a query language of its own.")
    void adHocQueryIsRefusedWithAWordOnWhatToDoInstead() {
        Received<QueryEventsResponse> rows = new Received<>();
        EventStoreGrpc.newStub(clients.channel())
                .queryEvents(rows)
                .onNext(QueryEventsRequest.newBuilder().setQuery("count").build());

        Received.Fault fault = rows.end();
        assertThat(fault.status()).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(fault.description()).contains("not supported").contains("ListEvents");
    }

    static Stream<Object[]> methods() {
        return Stream.of(
                        PersistentStreamServiceGrpc.getServiceDescriptor(),
                        DcbEventStoreGrpc.getServiceDescriptor(),
                        DcbSnapshotStoreGrpc.getServiceDescriptor(),
                        DcbEventSchedulerGrpc.getServiceDescriptor(),
                        EventTransformationServiceGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream())
                .map(method -> new Object[] {method.getFullMethodName(), method});
    }

    private static <Q, A> Status call(ManagedChannel channel, MethodDescriptor<Q, A> method) {
        CompletableFuture<Status> closed = new CompletableFuture<>();
        ClientCall<Q, A> call = channel.newCall(method, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        closed.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(((PrototypeMarshaller<Q>) method.getRequestMarshaller()).getMessagePrototype());
        return Clients.await(closed);
    }
}
