package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Messages.command;
import static io.waybill.axonserver.conformance.Messages.payload;
import static io.waybill.axonserver.conformance.Messages.query;
import static io.waybill.axonserver.conformance.Messages.streaming;
import static io.waybill.axonserver.conformance.Messages.text;
import static io.waybill.axonserver.conformance.Messages.timeoutMillis;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.FlowControl;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandProviderOutbound;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc.CommandServiceStub;
import io.axoniq.axonserver.grpc.command.CommandSubscription;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc;
import io.axoniq.axonserver.grpc.query.QueryUpdate;
import io.axoniq.axonserver.grpc.query.SubscriptionQuery;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryRequest;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryResponse;
import io.grpc.Channel;
import io.waybill.axonserver.conformance.BareCommandHandler;
import io.waybill.axonserver.conformance.BareQueryHandler;
import io.waybill.axonserver.conformance.Clients;
import io.waybill.axonserver.conformance.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One client takes less than it asks for. What waits for it is bounded, and the others do not notice. */
class SlowClientTest {

    private static final SerializedObject MEGABYTE = payloadOf(1_000_000);

    /** The connection takes one megabyte of each call, read or not. */
    private static final SerializedObject THREE_MEGABYTES = payloadOf(3_000_000);

    /** What may wait for one connection, and half of it for one of its handlers. */
    private static final long CONNECTION_BYTES = 16 << 20;

    private final List<UnreadCall<?>> unread = new ArrayList<>();
    private AxonServerNode node;
    private Clients clients;
    private CommandServiceStub sender;
    private BareCommandHandler wellBehaved;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(AxonServerOptions.embedded());
        clients = new Clients(new ServerAddress("localhost", node.port()));
        sender = CommandServiceGrpc.newStub(clients.channel());
        wellBehaved = new BareCommandHandler(clients).subscribe("Ping").grant(1L << 31);
    }

    @AfterEach
    void stop() throws Exception {
        unread.forEach(UnreadCall::cancel);
        clients.close();
        node.close();
    }

    @Test
    void commandsWaitForAHandlerThatGrantsNoPermitsUpToALimit() {
        BareCommandHandler slow = new BareCommandHandler(clients).subscribe("Hang");
        List<Received<CommandResponse>> responses = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            responses.add(send(large("Hang")));
        }

        Awaitility.await()
                .until(() -> responses.stream().filter(Received::hasEnded).count() >= 22);
        assertThat(node.waitingBytes()).isBetween(7_000_000L, CONNECTION_BYTES / 2);
        assertThat(ended(responses)).extracting(CommandResponse::getErrorCode).containsOnly("AXONIQ-1900");
        assertOthersAreUnharmed();

        slow.vanish();
        Awaitility.await().until(() -> node.waitingBytes() == 0);
        responses.forEach(Received::end);
    }

    @Test
    void commandThatTimesOutWhileItWaitsTakesNoMemoryAnyMore() {
        BareCommandHandler slow = new BareCommandHandler(clients).subscribe("Hang");
        Command impatient = large("Hang").toBuilder()
                .addProcessingInstructions(timeoutMillis(100))
                .build();

        assertThat(send(impatient).next().getErrorCode()).isEqualTo("AXONIQ-4002");

        Awaitility.await().until(() -> node.waitingBytes() == 0);
        slow.grant(1);
        Received<CommandResponse> response = send(command("Hang", "in time"));
        Command next = slow.next();
        assertThat(text(next.getPayload())).isEqualTo("in time");
        slow.answer(next, "");
        response.end();
    }

    @Test
    void commandsWaitForAHandlerThatDoesNotReadUpToALimit() {
        Channel channel = clients.channel();
        UnreadCall<CommandProviderOutbound> handler = unreadHandler(channel, "Hang");
        handler.send(CommandProviderOutbound.newBuilder()
                .setFlowControl(FlowControl.newBuilder().setPermits(Long.MAX_VALUE))
                .build());
        awaitHandled("Hang");
        List<Received<CommandResponse>> responses = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            responses.add(send(large("Hang")));
        }

        Awaitility.await()
                .until(() -> ended(responses).stream()
                        .anyMatch(response -> response.getErrorCode().equals("AXONIQ-1900")));
        assertThat(node.waitingBytes()).isLessThanOrEqualTo(CONNECTION_BYTES / 2);
        assertOthersAreUnharmed();

        handler.cancel();
        responses.forEach(Received::end);
        Awaitility.await().until(() -> node.waitingBytes() == 0);
    }

    @Test
    void handlerThatDoesNotReadItsAcknowledgementsIsLetGo() {
        UnreadCall<CommandProviderOutbound> handler = unreadHandler(clients.channel(), "Hang");
        awaitHandled("Hang");

        for (int i = 0; i < 100_000; i++) {
            handler.send(CommandProviderOutbound.newBuilder()
                    .setInstructionId("instruction")
                    .setFlowControl(FlowControl.newBuilder().setPermits(1))
                    .build());
        }

        Awaitility.await()
                .until(() -> send(command("Hang", "", timeoutMillis(50)))
                        .next()
                        .getErrorCode()
                        .equals("AXONIQ-4000"));
        Awaitility.await().until(() -> node.waitingBytes() == 0);
        assertOthersAreUnharmed();
    }

    @Test
    void answersWaitForADispatcherThatDoesNotReadUpToALimit() {
        BareCommandHandler handler =
                new BareCommandHandler(clients).subscribe("Fetch").grant(1_000);
        Channel channel = clients.channel();
        for (int i = 0; i < 40; i++) {
            unread.add(UnreadCall.open(channel, CommandServiceGrpc.getDispatchMethod())
                    .send(command("Fetch", ""))
                    .complete());
            handler.send(CommandProviderOutbound.newBuilder()
                    .setCommandResponse(CommandResponse.newBuilder()
                            .setRequestIdentifier(handler.next().getMessageIdentifier())
                            .setPayload(THREE_MEGABYTES)));
            assertThat(node.waitingBytes()).isLessThanOrEqualTo(CONNECTION_BYTES);
        }
        handler.grant(1);

        assertThat(node.waitingBytes()).isLessThanOrEqualTo(CONNECTION_BYTES);
        assertOthersAreUnharmed();
        unread.forEach(UnreadCall::cancel);
        Awaitility.await().until(() -> node.waitingBytes() == 0);
    }

    @Test
    void answersToAQueryThatAreNotReadWaitUpToALimit() {
        BareQueryHandler handler =
                new BareQueryHandler(clients, "library").subscribe("Find").grant(1_000);
        UnreadCall<QueryRequest> asking = unread(clients.channel(), query("Find"));
        QueryRequest query = handler.next();

        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
            handler.respond(query, QueryResponse.newBuilder().setPayload(MEGABYTE));
            handler.grant(1);
            assertThat(node.waitingBytes()).isLessThanOrEqualTo(CONNECTION_BYTES);
            return handler.cancelled().waiting() > 0;
        });

        assertOthersAreUnharmed();
        asking.cancel();
        Awaitility.await().until(() -> node.waitingBytes() == 0);
    }

    @Test
    void streamingHandlerIsNotAskedForMoreThanWaitsForTheReader() {
        BareQueryHandler handler =
                new BareQueryHandler(clients, "library").subscribe("Find").grant(1_000);
        UnreadCall<QueryRequest> asking = unread(clients.channel(), query("Find", streaming()));
        QueryRequest query = handler.next();
        Awaitility.await().until(() -> handler.wanted() > 0);
        long sent = 0;
        while (sent < handler.wanted()) {
            handler.respond(query, QueryResponse.newBuilder().setPayload(MEGABYTE));
            sent++;
            handler.grant(1);
        }

        // A few before the server knows how large they are, and those that the connection took.
        assertThat(sent).isLessThan(10);
        assertThat(node.waitingBytes()).isLessThan(5_000_000);
        asking.cancel();
        Awaitility.await().until(() -> node.waitingBytes() == 0);
    }

    @Test
    void updatesThatAreNotReadWaitUpToALimitAndThenTheSubscriptionEnds() {
        BareQueryHandler handler =
                new BareQueryHandler(clients, "library").subscribe("Watch").grant(1_000);
        QueryRequest watched = query("Watch");
        SubscriptionQuery.Builder subscription = SubscriptionQuery.newBuilder()
                .setSubscriptionIdentifier(watched.getMessageIdentifier())
                .setQueryRequest(watched)
                .setNumberOfPermits(Long.MAX_VALUE);
        UnreadCall<SubscriptionQueryRequest> watching =
                UnreadCall.open(clients.channel(), QueryServiceGrpc.getSubscriptionMethod());
        unread.add(watching);
        watching.send(
                SubscriptionQueryRequest.newBuilder().setSubscribe(subscription).build());
        assertThat(handler.subscriptions().next().hasSubscribe()).isTrue();

        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
            handler.respond(
                    watched.getMessageIdentifier(),
                    SubscriptionQueryResponse.newBuilder()
                            .setUpdate(QueryUpdate.newBuilder().setPayload(MEGABYTE)));
            handler.grant(1);
            assertThat(node.waitingBytes()).isLessThanOrEqualTo(CONNECTION_BYTES);
            return handler.subscriptions().waiting() > 0;
        });

        assertThat(handler.subscriptions().next().hasUnsubscribe()).isTrue();
        Awaitility.await().until(() -> node.waitingBytes() == 0);
        assertOthersAreUnharmed();
    }

    @Test
    void clientRegistersOnlySoManyHandlersWithNamesOfAtMostAThousandCharacters() {
        BareCommandHandler handler = new BareCommandHandler(clients);
        assertThat(subscribe(handler, "x".repeat(1_001))).isEqualTo("AXONIQ-1900");
        for (int i = 0; i < 5_000; i++) {
            handler.send(subscription("Command" + i));
        }
        assertThat(subscribe(handler, "Command4999")).isEmpty();

        assertThat(subscribe(handler, "one too many")).isEqualTo("AXONIQ-1900");

        handler.send(CommandProviderOutbound.newBuilder()
                .setUnsubscribe(CommandSubscription.newBuilder().setCommand("Command0")));
        assertThat(subscribe(handler, "one instead")).isEmpty();
    }

    private static String subscribe(BareCommandHandler handler, String command) {
        return handler.acknowledged(subscription(command)).getError().getErrorCode();
    }

    private static CommandProviderOutbound.Builder subscription(String command) {
        return CommandProviderOutbound.newBuilder()
                .setSubscribe(CommandSubscription.newBuilder().setCommand(command));
    }

    private UnreadCall<CommandProviderOutbound> unreadHandler(Channel channel, String command) {
        UnreadCall<CommandProviderOutbound> handler =
                UnreadCall.open(channel, CommandServiceGrpc.getOpenStreamMethod());
        unread.add(handler);
        return handler.send(subscription(command).build());
    }

    private UnreadCall<QueryRequest> unread(Channel channel, QueryRequest query) {
        UnreadCall<QueryRequest> asking = UnreadCall.open(channel, QueryServiceGrpc.getQueryMethod())
                .send(query)
                .complete();
        unread.add(asking);
        return asking;
    }

    /** A handler that does not read does not learn that it is registered, so the commands have to show. */
    private void awaitHandled(String command) {
        Awaitility.await()
                .until(() -> !send(command(command, "", timeoutMillis(50)))
                        .next()
                        .getErrorCode()
                        .equals("AXONIQ-4000"));
    }

    private Received<CommandResponse> send(Command command) {
        Received<CommandResponse> response = new Received<>();
        sender.dispatch(command, response);
        return response;
    }

    private static List<CommandResponse> ended(List<Received<CommandResponse>> responses) {
        return responses.stream()
                .filter(response -> response.hasEnded() && response.waiting() > 0)
                .map(Received::next)
                .toList();
    }

    private static SerializedObject payloadOf(int bytes) {
        return SerializedObject.newBuilder()
                .setType("large")
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build();
    }

    private static Command large(String name) {
        return command(name, "").toBuilder().setPayload(MEGABYTE).build();
    }

    private void assertOthersAreUnharmed() {
        Received<CommandResponse> response = send(command("Ping", ""));
        wellBehaved.answer(wellBehaved.next(), "pong");
        assertThat(response.next().getPayload()).isEqualTo(payload("pong"));
    }
}
