package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.event;
import static io.waybill.axonserver.conformance.Messages.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.waybill.axonserver.conformance.Clients;
import io.waybill.axonserver.security.NewToken;
import io.waybill.axonserver.security.TestAuthority;
import io.waybill.axonserver.security.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ordinary Axon applications at a node with mutual TLS and access tokens. */
class SecureNodeTest {

    private static final TestAuthority AUTHORITY = TestAuthority.called("authority");
    private static final TestAuthority STRANGERS = TestAuthority.called("strangers");
    private static final TestAuthority.Issued NODE = AUTHORITY.issue("node");
    private static final TestAuthority.Issued APPLICATION = AUTHORITY.issue("application");

    private final Clients clients = new Clients();

    @TempDir
    private Path directory;

    private Path tokens;
    private Path clientCa;
    private String writer;
    private String reader;
    private String handlers;
    private String elsewhere;
    private AxonServerNode node;

    @BeforeEach
    void start() throws Exception {
        tokens = directory.resolve("tokens");
        writer = token("order-command", "write", "default");
        reader = token("order-query", "read", "default");
        handlers = token("handlers", "write", "default");
        elsewhere = token("elsewhere", "write", "other");
        clientCa = AUTHORITY.writeCertificate(directory.resolve("ca.crt"));
        node = AxonServerNode.start(AxonServerOptions.embedded()
                .withTls(new TlsFiles(
                        NODE.writeCertificate(directory.resolve("node.crt")),
                        NODE.writeKey(directory.resolve("node.key")),
                        clientCa))
                .withTokens(tokens)
                .withContexts("other"));
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        node.close();
    }

    private String token(String name, String rights, String contexts) throws IOException {
        NewToken made = NewToken.create(name, rights, contexts);
        made.appendTo(tokens);
        return made.token();
    }

    @Test
    void applicationWithCertificateAndTokenWorksAsEver() throws Exception {
        AxonServerConnection application = connect(tls(AUTHORITY, APPLICATION), writer);

        assertThat(await(application.eventChannel().appendEvents(event("a", 0))).getSuccess())
                .isTrue();
        assertThat(application.eventChannel().openAggregateStream("a").next().getPayload())
                .isEqualTo(payload("a/0"));
        handle(application, "Greet");
        assertThat(send(application, "Greet").getPayload()).isEqualTo(payload("hello"));
    }

    @Test
    void frameworkTakesItsCertificateFromACustomizerAndTheRestFromItsProperties() throws Exception {
        SslContext tls = context(AUTHORITY, APPLICATION);
        AxonServerConnectionManager manager = AxonServerConnectionManager.builder()
                .axonServerConfiguration(AxonServerConfiguration.builder()
                        .servers(node.address())
                        .componentName("order-command")
                        .ssl(clientCa.toString())
                        .token(writer)
                        .build())
                .channelCustomizer(channel -> ((NettyChannelBuilder) channel).sslContext(tls))
                .build();
        try {
            manager.start();

            assertThat(await(manager.getConnection().eventChannel().appendEvents(event("a", 0)))
                            .getSuccess())
                    .isTrue();
        } finally {
            manager.shutdown();
        }
    }

    @Test
    void plaintextIsRefused() {
        assertThat(connect(builder -> {}, writer).isConnectionFailed()).isTrue();
    }

    @Test
    void nodeThatAnotherAuthorityVouchesForIsRefusedByItsClients() {
        assertThat(connect(tls(STRANGERS, APPLICATION), writer).isConnectionFailed())
                .isTrue();
    }

    @Test
    void certificateOfAnotherAuthorityIsRefused() {
        assertThat(connect(tls(AUTHORITY, STRANGERS.issue("application")), writer)
                        .isConnectionFailed())
                .isTrue();
    }

    @Test
    void clientWithoutCertificateIsRefused() {
        assertThat(connect(tls(AUTHORITY, null), writer).isConnectionFailed()).isTrue();
    }

    @Test
    void missingOrWrongTokenIsRefused() {
        Consumer<AxonServerConnectionFactory.Builder> tls = tls(AUTHORITY, APPLICATION);

        assertThat(connect(tls, null).isConnectionFailed()).isTrue();
        assertThat(connect(tls, writer.substring(1) + writer.charAt(0)).isConnectionFailed())
                .isTrue();
    }

    @Test
    void tokenOfTooFewRightsReadsButDoesNotWrite() throws Exception {
        AxonServerConnection application = connect(tls(AUTHORITY, APPLICATION), reader);

        assertThat(await(application.eventChannel().findHighestSequence("a"))).isEqualTo(-1);
        assertThatThrownBy(() ->
                        application.eventChannel().appendEvents(event("a", 0)).get(10, TimeUnit.SECONDS))
                .hasMessageContaining("AXONIQ-1001");
        assertThatThrownBy(() -> send(application, "Greet")).rootCause().hasMessageContaining("AXONIQ-1001");
    }

    @Test
    void tokenIsForItsContextsOnly() throws Exception {
        Consumer<AxonServerConnectionFactory.Builder> settings =
                tls(AUTHORITY, APPLICATION).andThen(builder -> builder.token(elsewhere));

        assertThat(clients.connect(node.port(), "application", "default", settings)
                        .isConnectionFailed())
                .isTrue();
        AxonServerConnection other = clients.connect(node.port(), "application", "other", settings);
        assertThat(await(other.eventChannel().appendEvents(event("a", 0))).getSuccess())
                .isTrue();
    }

    @Test
    void withdrawnTokenEndsEvenWhatIsOpen() throws Exception {
        AxonServerConnection application = connect(tls(AUTHORITY, APPLICATION), writer);
        AxonServerConnection handler = connect(tls(AUTHORITY, APPLICATION), handlers);
        handle(handler, "Greet");
        assertThat(send(application, "Greet").getPayload()).isEqualTo(payload("hello"));
        EventStream reading = handler.eventChannel().openStream(-1, 100);

        Files.writeString(
                tokens,
                Files.readString(tokens)
                        .lines()
                        .filter(line -> !line.startsWith("handlers "))
                        .collect(Collectors.joining("\n")));

        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(send(application, "Greet").getErrorCode()).isEqualTo("AXONIQ-4000"));
        Awaitility.await().until(reading::isClosed);
        assertThat(reading.getError())
                .hasValueSatisfying(error ->
                        assertThat(error).hasMessageContaining("AXONIQ-1001").hasMessageContaining("handlers"));
    }

    @Test
    void newAuthorityCountsFromTheNextConnectionOn() throws Exception {
        Consumer<AxonServerConnectionFactory.Builder> before = tls(AUTHORITY, APPLICATION);
        Consumer<AxonServerConnectionFactory.Builder> after = tls(AUTHORITY, STRANGERS.issue("application"));
        AxonServerConnection connected = connect(before, writer);

        STRANGERS.writeCertificate(clientCa);

        Awaitility.await().until(() -> !connect(after, writer).isConnectionFailed());
        assertThat(connect(before, writer).isConnectionFailed()).isTrue();
        assertThat(await(connected.eventChannel().appendEvents(event("a", 0))).getSuccess())
                .isTrue();
    }

    private AxonServerConnection connect(Consumer<AxonServerConnectionFactory.Builder> tls, @Nullable String token) {
        return clients.connect(node.port(), "application", "default", tls.andThen(builder -> builder.token(token)));
    }

    /** What an application sets to use TLS; one context for all its connections, so that it could resume sessions. */
    private static Consumer<AxonServerConnectionFactory.Builder> tls(
            TestAuthority trusted, TestAuthority.@Nullable Issued own) {
        SslContext context = context(trusted, own);
        return settings -> settings.useTransportSecurity(context);
    }

    private static SslContext context(TestAuthority trusted, TestAuthority.@Nullable Issued own) {
        try {
            SslContextBuilder builder = GrpcSslContexts.forClient().trustManager(trusted.certificate());
            if (own != null) {
                builder.keyManager(own.keys().getPrivate(), own.certificate());
            }
            return builder.build();
        } catch (SSLException e) {
            throw new AssertionError(e);
        }
    }

    private static void handle(AxonServerConnection application, String command) throws Exception {
        application
                .commandChannel()
                .registerCommandHandler(
                        received -> CompletableFuture.completedFuture(CommandResponse.newBuilder()
                                .setMessageIdentifier(UUID.randomUUID().toString())
                                .setPayload(payload("hello"))
                                .build()),
                        100,
                        command)
                .awaitAck(10, TimeUnit.SECONDS);
    }

    private static CommandResponse send(AxonServerConnection application, String command) throws Exception {
        return application
                .commandChannel()
                .sendCommand(Command.newBuilder().setName(command).build())
                .get(10, TimeUnit.SECONDS);
    }
}
