package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.command;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.GetLastTokenRequest;
import io.axoniq.axonserver.grpc.event.TrackingToken;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The context that a call is for. */
class ContextsTest {

    private final Clients clients = new Clients();

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void callThatNamesNoContextIsForTheDefault() {
        EventStoreClient named = new EventStoreClient(in("default"));

        named.append(Messages.looseEvent(""));

        assertThat(new EventStoreClient(clients.channel()).lastToken()).isEqualTo(named.lastToken());
    }

    @Test
    @NodeOnly(
            "The original has one context and does not look at the name. What was meant for another would be mixed in.")
    void unknownContextIsRefusedOnEveryCall() {
        Received<TrackingToken> token = new Received<>();
        EventStoreGrpc.newStub(in("elsewhere")).getLastToken(GetLastTokenRequest.getDefaultInstance(), token);
        assertUnknown(token.end());

        Received<CommandResponse> response = new Received<>();
        CommandServiceGrpc.newStub(in("elsewhere")).dispatch(command(unique("Greet"), ""), response);
        assertUnknown(response.end());
    }

    private static void assertUnknown(Received.Fault fault) {
        assertThat(fault.status()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(fault.code()).isEqualTo("AXONIQ-1302");
        assertThat(fault.description()).contains("elsewhere");
    }

    private Channel in(String context) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("AxonIQ-Context", Metadata.ASCII_STRING_MARSHALLER), context);
        return ClientInterceptors.intercept(clients.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
    }
}
