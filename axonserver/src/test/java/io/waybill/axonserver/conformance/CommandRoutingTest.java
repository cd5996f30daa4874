package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.command;
import static io.waybill.axonserver.conformance.Messages.payload;
import static io.waybill.axonserver.conformance.Messages.priority;
import static io.waybill.axonserver.conformance.Messages.routingKey;
import static io.waybill.axonserver.conformance.Messages.text;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.Registration;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which handler gets a command, and when. */
class CommandRoutingTest {

    private static final int KEYS = 200;

    private final Clients clients = new Clients();
    private final AxonServerConnection sender = clients.connect("sender");
    private final String name = unique("Route");

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void sameRoutingKeyAlwaysReachesTheSameHandlerAndTheKeysAreShared() throws Exception {
        handle("one", 100);
        handle("two", 100);

        Map<String, String> handlers = handlerOfEachKey();

        assertThat(handlerOfEachKey()).isEqualTo(handlers);
        assertThat(handlers.values()).contains("one", "two");
    }

    @Test
    void handlerThatComesTakesKeysAndMovesNoOthers() throws Exception {
        handle("one", 100);
        handle("two", 100);
        Map<String, String> before = handlerOfEachKey();

        handle("three", 100);

        Map<String, String> after = handlerOfEachKey();
        assertThat(after.values()).contains("three");
        before.forEach((key, handler) -> assertThat(after.get(key)).isIn(handler, "three"));
    }

    @Test
    void handlerThatGoesLeavesTheKeysOfTheOthersWhereTheyAre() throws Exception {
        handle("one", 100);
        handle("two", 100);
        Registration third = handle("three", 100);
        Map<String, String> before = handlerOfEachKey();

        await(third.cancel());

        Map<String, String> after = handlerOfEachKey();
        assertThat(after.values()).doesNotContain("three");
        before.forEach((key, handler) -> {
            if (!handler.equals("three")) {
                assertThat(after.get(key)).isEqualTo(handler);
            }
        });
    }

    @Test
    void handlerWithTheLargerLoadFactorGetsTheLargerShare() throws Exception {
        handle("small", 10);
        handle("large", 300);

        assertThat(handlerOfEachKey().values())
                .filteredOn(handler -> handler.equals("large"))
                .hasSizeGreaterThan(KEYS * 3 / 4);
    }

    @Test
    void handlerThatStatesNoLoadFactorCountsAsOneOfAHundred() throws Exception {
        handle("small", 3);
        handle("large", 0);

        assertThat(handlerOfEachKey().values())
                .filteredOn(handler -> handler.equals("large"))
                .hasSizeGreaterThan(KEYS * 3 / 4);
    }

    @Test
    void lastLoadFactorOfAHandlerCounts() throws Exception {
        AxonServerConnection changing = clients.connect("changing");
        changing.commandChannel()
                .registerCommandHandler(command -> answer("changing"), 300, name)
                .awaitAck(5, TimeUnit.SECONDS);
        handle("steady", 100);
        changing.commandChannel()
                .registerCommandHandler(command -> answer("changing"), 3, name)
                .awaitAck(5, TimeUnit.SECONDS);

        assertThat(handlerOfEachKey().values())
                .filteredOn(handler -> handler.equals("steady"))
                .hasSizeGreaterThan(KEYS * 3 / 4);
    }

    @Test
    void mostUrgentCommandsAreSentFirstAndEquallyUrgentOnesInTheirOrder() {
        BareCommandHandler handler = new BareCommandHandler(clients).subscribe(name);
        List<CompletableFuture<CommandResponse>> responses = new ArrayList<>();
        for (Command command : List.of(
                command(name, "third", priority(0)),
                command(name, "last", priority(-1)),
                command(name, "first", priority(9)),
                command(name, "second", priority(5)),
                command(name, "fourth"))) {
            responses.add(Queued.command(sender, command));
        }

        List<String> order = new ArrayList<>();
        for (int i = 0; i < responses.size(); i++) {
            handler.grant(1);
            Command command = handler.next();
            order.add(text(command.getPayload()));
            handler.answer(command, "");
        }

        assertThat(order).containsExactly("first", "second", "third", "fourth", "last");
        responses.forEach(Clients::await);
    }

    private Map<String, String> handlerOfEachKey() {
        Map<String, CompletableFuture<CommandResponse>> responses = new LinkedHashMap<>();
        for (int i = 0; i < KEYS; i++) {
            String key = "key-" + i;
            responses.put(key, sender.commandChannel().sendCommand(command(name, "", routingKey(key))));
        }
        Map<String, String> handlers = new LinkedHashMap<>();
        responses.forEach(
                (key, response) -> handlers.put(key, text(await(response).getPayload())));
        return handlers;
    }

    private Registration handle(String answer, int loadFactor) throws Exception {
        return clients.connect("handler")
                .commandChannel()
                .registerCommandHandler(command -> answer(answer), loadFactor, name)
                .awaitAck(5, TimeUnit.SECONDS);
    }

    private static CompletableFuture<CommandResponse> answer(String text) {
        return CompletableFuture.completedFuture(
                CommandResponse.newBuilder().setPayload(payload(text)).build());
    }
}
