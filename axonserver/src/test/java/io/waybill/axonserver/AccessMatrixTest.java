package io.waybill.axonserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.control.ClientIdentification;
import io.axoniq.axonserver.grpc.control.PlatformServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.waybill.axonserver.security.NewToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every method of every service, called with each kind of token over the network. */
class AccessMatrixTest {

    /** The least right with which each method may be called; a method that is not here fails the test. */
    private static final Map<String, String> EXPECTED = """
            control.PlatformService/GetPlatformServer              connect
            control.PlatformService/OpenStream                     connect
            event.EventStore/ListEvents                            read
            event.EventStore/ListAggregateEvents                   read
            event.EventStore/ListAggregateSnapshots                read
            event.EventStore/ReadHighestSequenceNr                 read
            event.EventStore/QueryEvents                           read
            event.EventStore/GetFirstToken                         read
            event.EventStore/GetLastToken                          read
            event.EventStore/GetTokenAt                            read
            event.EventStore/AppendEvent                           write
            event.EventStore/AppendSnapshot                        write
            event.EventScheduler/ScheduleEvent                     write
            event.EventScheduler/RescheduleEvent                   write
            event.EventScheduler/CancelScheduledEvent              write
            command.CommandService/Dispatch                        write
            command.CommandService/OpenStream                      write
            query.QueryService/Query                               read
            query.QueryService/Subscription                        read
            query.QueryService/OpenStream                          read
            admin.EventProcessorAdminService/PauseEventProcessor   admin
            admin.EventProcessorAdminService/StartEventProcessor   admin
            admin.EventProcessorAdminService/SplitEventProcessor   admin
            admin.EventProcessorAdminService/MergeEventProcessor   admin
            admin.EventProcessorAdminService/MoveEventProcessorSegment      admin
            admin.EventProcessorAdminService/GetAllEventProcessors          admin
            admin.EventProcessorAdminService/GetEventProcessorsByComponent  admin
            admin.EventProcessorAdminService/LoadBalanceProcessor           admin
            admin.EventProcessorAdminService/SetAutoLoadBalanceStrategy     admin
            admin.EventProcessorAdminService/GetBalancingStrategies         admin
            admin.ContextAdminService/GetContext                            admin
            admin.ContextAdminService/GetContexts                           admin
            admin.ApplicationAdminService/GetConnectedApplicationsByContext admin
            admin.ContextAdminService/CreateContext                         admin
            admin.ContextAdminService/DeleteContext                         admin
            admin.ContextAdminService/SubscribeContextUpdates               admin
            admin.ContextAdminService/UpdateContextProperties               admin
            admin.ApplicationAdminService/CreateOrUpdateApplication         admin
            admin.ApplicationAdminService/DeleteApplication                 admin
            admin.ApplicationAdminService/GetApplication                    admin
            admin.ApplicationAdminService/GetApplications                   admin
            admin.ApplicationAdminService/RefreshToken                      admin
            """.lines()
            .map(line -> line.split(" +", -1))
            .collect(Collectors.toMap(columns -> "io.axoniq.axonserver.grpc." + columns[0], columns -> columns[1]));

    /** What each token opens; the one from elsewhere has every right, but in another context. */
    private static final Map<String, List<String>> OPENS = Map.of(
            "none", List.of(),
            "bad", List.of(),
            "read", List.of("connect", "read"),
            "write", List.of("connect", "read", "write"),
            "admin", List.of("connect", "admin"),
            // Administration is about all contexts, whichever the header names.
            "admin of one context", List.of("connect"),
            "elsewhere", List.of());

    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("AxonIQ-Access-Token", Metadata.ASCII_STRING_MARSHALLER);

    @TempDir
    private static Path directory;

    private static final Map<String, String> TOKENS = new TreeMap<>();
    private static AxonServerNode node;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() throws Exception {
        Path file = directory.resolve("tokens");
        TOKENS.put("read", issue(file, "read", "default"));
        TOKENS.put("write", issue(file, "write", "default"));
        TOKENS.put("admin", issue(file, "admin", "*"));
        TOKENS.put("admin of one context", issue(file, "admin", "default"));
        TOKENS.put("elsewhere", issue(file, "read,write,admin", "other"));
        TOKENS.put("bad", NewToken.create("nobody", "write", "default").token());
        node = AxonServerNode.start(
                AxonServerOptions.embedded().withTokens(file).withContexts("other"));
        channel = ManagedChannelBuilder.forTarget(node.address())
                .usePlaintext()
                // So that answers are seen in the order in which they arrive.
                .directExecutor()
                .build();
    }

    private static String issue(Path file, String rights, String contexts) throws IOException {
        NewToken token = NewToken.create("application", rights, contexts);
        token.appendTo(file);
        return token.token();
    }

    @AfterAll
    static void stop() throws Exception {
        channel.shutdownNow();
        node.close();
    }

    @Test
    void everyMethodIsOpenToWhoHasTheRightAndToNobodyElse() {
        List<String> wrong = new ArrayList<>();
        for (String method : methods()) {
            String needed = EXPECTED.getOrDefault(method, "nobody has decided which right");
            OPENS.forEach((token, opened) -> {
                String expected =
                        opened.contains(needed) ? "open" : token.equals("none") ? "AXONIQ-1000" : "AXONIQ-1001";
                String actual = outcome(method, TOKENS.get(token));
                if (!actual.equals(expected)) {
                    wrong.add("%s takes %s; with token '%s' it is %s".formatted(method, needed, token, actual));
                }
            });
        }
        assertThat(wrong).isEmpty();
        assertThat(methods()).hasSizeGreaterThanOrEqualTo(19);
    }

    private static List<String> methods() {
        return node.services().stream()
                .flatMap(service -> service.getMethods().stream())
                .map(AccessMatrixTest::nameOf)
                .sorted()
                .toList();
    }

    private static String nameOf(ServerMethodDefinition<?, ?> method) {
        return method.getMethodDescriptor().getFullMethodName();
    }

    /** How {@code method} ends for a caller with {@code token}: the code with which it is refused, or "open". */
    private static String outcome(String method, @Nullable String token) {
        Attempt attempt = new Attempt();
        ClientCall<byte[], byte[]> call = channel.newCall(
                MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
                        .setFullMethodName(method)
                        .setType(typeOf(method))
                        .build(),
                CallOptions.DEFAULT);
        call.start(attempt, headers(token));
        call.request(1);
        call.sendMessage(new byte[0]);
        call.halfClose();
        // The connection keeps its order: once this is answered, a refusal of the call before has arrived.
        PlatformServiceGrpc.newBlockingStub(ClientInterceptors.intercept(
                        channel, MetadataUtils.newAttachHeadersInterceptor(headers(TOKENS.get("read")))))
                .getPlatformServer(ClientIdentification.getDefaultInstance());
        Status ended = attempt.ended.getNow(Status.OK);
        call.cancel("seen enough", null);
        if (ended.getCode() != Status.Code.PERMISSION_DENIED) {
            return "open";
        }
        String description = String.valueOf(ended.getDescription());
        return description.substring(1, description.indexOf(']'));
    }

    private static MethodDescriptor.MethodType typeOf(String method) {
        return node.services().stream()
                .flatMap(service -> service.getMethods().stream())
                .filter(candidate -> nameOf(candidate).equals(method))
                .findAny()
                .orElseThrow()
                .getMethodDescriptor()
                .getType();
    }

    private static Metadata headers(@Nullable String token) {
        Metadata headers = new Metadata();
        if (token != null) {
            headers.put(TOKEN, token);
        }
        return headers;
    }

    private static final class Attempt extends ClientCall.Listener<byte[]> {

        private final CompletableFuture<Status> ended = new CompletableFuture<>();

        @Override
        public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
        }
    }

    /** An empty request is a valid one of every type, and no answer is looked at. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
