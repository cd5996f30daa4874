package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.event;
import static io.waybill.axonserver.conformance.Messages.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.query.QueryDefinition;
import io.axoniq.axonserver.grpc.admin.ClientApplication;
import io.axoniq.axonserver.grpc.admin.ContextOverview;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.control.ClientIdentification;
import io.axoniq.axonserver.grpc.control.PlatformServiceGrpc;
import io.axoniq.axonserver.grpc.event.EventSchedulerGrpc;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.GetLastTokenRequest;
import io.axoniq.axonserver.grpc.event.ScheduleEventRequest;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.waybill.axonserver.conformance.Clients;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens in one context is not seen in another. */
class ContextsTest {

    private static final Metadata.Key<String> CODE_KEY =
            Metadata.Key.of("AxonIQ-ErrorCode", Metadata.ASCII_STRING_MARSHALLER);

    @TempDir
    private Path data;

    private final Clients clients = new Clients();
    private AxonServerOptions options;
    private AxonServerNode node;

    @BeforeEach
    void start() throws Exception {
        options = AxonServerOptions.embedded().withDataDirectory(data).withContexts("billing");
        node = AxonServerNode.start(options);
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        node.close();
    }

    @Test
    void eventsOfOneContextAreNotInAnother() {
        AxonServerConnection ordering = clients.connect(node, "shop", "default");
        AxonServerConnection billing = clients.connect(node, "shop", "billing");
        await(ordering.eventChannel().appendEvents(event("a", 0), event("a", 1)));

        assertThat(await(billing.eventChannel().getLastToken())).isEqualTo(-1);
        assertThat(await(billing.eventChannel().findHighestSequence("a"))).isEqualTo(-1);
        await(billing.eventChannel().appendEvents(event("a", 0)));

        assertThat(await(ordering.eventChannel().getLastToken())).isEqualTo(1);
        assertThat(await(billing.eventChannel().getLastToken())).isZero();
    }

    @Test
    void eachContextKeepsItsEventsAcrossARestart() throws Exception {
        await(clients.connect(node, "shop", "default").eventChannel().appendEvents(event("a", 0), event("a", 1)));
        await(clients.connect(node, "shop", "billing").eventChannel().appendEvents(event("b", 0)));

        node.close();
        node = AxonServerNode.start(options);

        AxonServerConnection ordering = clients.connect(node, "shop", "default");
        AxonServerConnection billing = clients.connect(node, "shop", "billing");
        assertThat(await(ordering.eventChannel().findHighestSequence("a"))).isEqualTo(1);
        assertThat(await(ordering.eventChannel().findHighestSequence("b"))).isEqualTo(-1);
        assertThat(await(billing.eventChannel().findHighestSequence("b"))).isZero();
        assertThat(await(billing.eventChannel().findHighestSequence("a"))).isEqualTo(-1);
    }

    @Test
    void scheduledEventIsPublishedInItsContext() {
        AxonServerConnection ordering = clients.connect(node, "shop", "default");
        AxonServerConnection billing = clients.connect(node, "shop", "billing");

        await(billing.eventChannel().scheduleEvent(Instant.EPOCH, event("b", 0)));

        Awaitility.await().until(() -> await(billing.eventChannel().getLastToken()) == 0);
        assertThat(await(ordering.eventChannel().getLastToken())).isEqualTo(-1);
    }

    @Test
    void handlersOfOneContextAreNotAskedInAnother() throws Exception {
        AxonServerConnection ordering = clients.connect(node, "shop", "default");
        ordering.commandChannel()
                .registerCommandHandler(
                        command -> CompletableFuture.completedFuture(CommandResponse.newBuilder()
                                .setPayload(payload("done"))
                                .build()),
                        100,
                        "Order")
                .awaitAck(5, TimeUnit.SECONDS);
        ordering.queryChannel()
                .registerQueryHandler(
                        (query, responses) -> responses.sendLast(QueryResponse.newBuilder()
                                .setPayload(payload("42"))
                                .build()),
                        new QueryDefinition("Orders", "int"))
                .awaitAck(5, TimeUnit.SECONDS);
        AxonServerConnection billing = clients.connect(node, "shop", "billing");

        assertThat(command(ordering)).isEmpty();
        assertThat(command(billing)).isEqualTo("AXONIQ-4000");
        assertThat(query(ordering)).isEmpty();
        assertThat(query(billing)).isEqualTo("AXONIQ-5000");
    }

    @Test
    void clientsOfOneContextAreNotListedInAnother() {
        clients.connect(node, "orders", "default").eventChannel();
        AxonServerConnection billing = clients.connect(node, "invoices", "billing");

        Awaitility.await().untilAsserted(() -> {
            assertThat(applications(billing, "default")).containsExactly("orders");
            assertThat(applications(billing, "billing")).containsExactly("invoices");
        });
        assertThat(await(billing.adminChannel().getAllContexts()))
                .extracting(ContextOverview::getName)
                .containsExactly("default", "billing");
        assertThat(await(billing.adminChannel().getContextOverview("billing"))
                        .getReplicationGroup()
                        .getMembers(0)
                        .getPort())
                .isEqualTo(node.port());
        assertThatThrownBy(() -> await(billing.adminChannel().getContextOverview("elsewhere")))
                .hasMessageContaining("AXONIQ-1302");
    }

    @Test
    void unknownContextIsRefusedByEveryService() {
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget(node.address()).usePlaintext().build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("AxonIQ-Context", Metadata.ASCII_STRING_MARSHALLER), "elsewhere");
        Channel elsewhere = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        try {
            assertUnknown(() -> PlatformServiceGrpc.newBlockingStub(elsewhere)
                    .getPlatformServer(ClientIdentification.getDefaultInstance()));
            assertUnknown(() ->
                    EventStoreGrpc.newBlockingStub(elsewhere).getLastToken(GetLastTokenRequest.getDefaultInstance()));
            assertUnknown(() -> EventSchedulerGrpc.newBlockingStub(elsewhere)
                    .scheduleEvent(ScheduleEventRequest.getDefaultInstance()));
            assertUnknown(() -> QueryServiceGrpc.newBlockingStub(elsewhere)
                    .query(QueryRequest.getDefaultInstance())
                    .next());
        } finally {
            channel.shutdownNow();
        }
    }

    private static void assertUnknown(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
            assertThat(e.getStatus().getDescription()).contains("AXONIQ-1302", "elsewhere");
            assertThat(Objects.requireNonNull(e.getTrailers()).get(CODE_KEY)).isEqualTo("AXONIQ-1302");
        });
    }

    private static List<String> applications(AxonServerConnection connection, String context) {
        return await(connection.adminChannel().getAllConnectedApplications(context)).getApplicationsList().stream()
                .map(ClientApplication::getName)
                .toList();
    }

    private static String command(AxonServerConnection connection) {
        Command order = Command.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setName("Order")
                .build();
        return await(connection.commandChannel().sendCommand(order)).getErrorCode();
    }

    private static String query(AxonServerConnection connection) throws InterruptedException {
        QueryRequest orders = QueryRequest.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setQuery("Orders")
                .build();
        return connection
                .queryChannel()
                .query(orders)
                .nextIfAvailable(5, TimeUnit.SECONDS)
                .getErrorCode();
    }
}
