package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.Registration;
import io.axoniq.axonserver.connector.query.QueryDefinition;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.control.TopologyChange;
import io.axoniq.axonserver.grpc.control.UpdateType;
import io.waybill.axonserver.conformance.Clients;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.axonframework.axonserver.connector.TopologyChangeListener;
import org.axonframework.config.Configuration;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that want to know which handlers there are. */
class TopologyTest {

    private final Clients clients = new Clients();
    private AxonServerNode node;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(AxonServerOptions.embedded());
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        node.close();
    }

    @Test
    void followerLearnsOfTheHandlersThereAreAndOfThoseThatComeAndGo() throws Exception {
        AxonServerConnection bank = clients.connect(node, "bank");
        handleCommand(bank, "Open");
        List<TopologyChange> seen = new CopyOnWriteArrayList<>();

        clients.connect(node, "follower").controlChannel().registerTopologyChangeHandler(seen::add);
        Awaitility.await().until(() -> seen.size() == 1);
        Registration balance = bank.queryChannel()
                .registerQueryHandler(
                        (query, responses) -> responses.complete(), new QueryDefinition("Balance", "long"))
                .awaitAck(5, TimeUnit.SECONDS);
        await(balance.cancel());
        Awaitility.await().until(() -> seen.size() == 3);

        assertThat(seen)
                .extracting(TopologyChange::getUpdateType)
                .containsExactly(
                        UpdateType.ADD_COMMAND_HANDLER, UpdateType.ADD_QUERY_HANDLER, UpdateType.REMOVE_QUERY_HANDLER);
        TopologyChange open = seen.getFirst();
        assertThat(open.getCommand().getName()).isEqualTo("Open");
        assertThat(open.getCommand().getLoadFactor()).isEqualTo(70);
        assertThat(open.getComponentName()).isEqualTo("bank");
        assertThat(open.getClientStreamId()).startsWith(open.getClientId() + ".");
        assertThat(open.getContext()).isEqualTo("default");
        assertThat(seen.getLast().getQuery().getName()).isEqualTo("Balance");
    }

    @Test
    void handlersOfAClientThatGoesAreGone() throws Exception {
        AxonServerConnection bank = clients.connect(node, "bank");
        handleCommand(bank, "Open");
        List<TopologyChange> seen = new CopyOnWriteArrayList<>();
        clients.connect(node, "follower").controlChannel().registerTopologyChangeHandler(seen::add);
        Awaitility.await().until(() -> seen.size() == 1);

        bank.disconnect();

        Awaitility.await().until(() -> seen.size() == 2);
        assertThat(seen.getLast().getUpdateType()).isEqualTo(UpdateType.REMOVE_COMMAND_HANDLER);
    }

    @Test
    void followerThatHasEnoughIsToldNoMore() throws Exception {
        List<TopologyChange> seen = new CopyOnWriteArrayList<>();
        AxonServerConnection follower = clients.connect(node, "follower");
        Registration following = follower.controlChannel().registerTopologyChangeHandler(seen::add);
        List<TopologyChange> seenByOther = new CopyOnWriteArrayList<>();
        clients.connect(node, "other").controlChannel().registerTopologyChangeHandler(seenByOther::add);
        AxonServerConnection bank = clients.connect(node, "bank");
        handleCommand(bank, "Open");
        Awaitility.await().until(() -> seen.size() == 1 && seenByOther.size() == 1);

        await(following.cancel());
        follower.controlChannel().registerTopologyChangeHandler(seen::add);
        Awaitility.await().until(() -> seen.size() == 2);

        assertThat(seen).allSatisfy(change -> assertThat(change).isEqualTo(seenByOther.getFirst()));
    }

    @Test
    void applicationOnAxonFrameworkFollowsTheTopology() throws Exception {
        List<String> added = new CopyOnWriteArrayList<>();
        handleCommand(clients.connect(node, "bank"), "Open");
        TopologyChangeListener listener =
                change -> added.add(change.type() + " " + change.handler().name());

        Configuration application = DefaultConfigurer.defaultConfiguration()
                .configureSerializer(
                        configuration -> Jackson3Serializer.builder().build())
                .registerComponent(
                        AxonServerConfiguration.class,
                        configuration -> AxonServerConfiguration.builder()
                                .servers(node.address())
                                .componentName("observer")
                                .build())
                .registerComponent(TopologyChangeListener.class, configuration -> listener)
                .start();
        try {
            Awaitility.await().until(() -> added.contains("COMMAND_HANDLER_ADDED Open"));
        } finally {
            application.shutdown();
        }
    }

    private static void handleCommand(AxonServerConnection connection, String command) throws Exception {
        connection
                .commandChannel()
                .registerCommandHandler(
                        received -> CompletableFuture.completedFuture(CommandResponse.getDefaultInstance()),
                        70,
                        command)
                .awaitAck(5, TimeUnit.SECONDS);
    }
}
