package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.query;
import static io.waybill.axonserver.conformance.Messages.streaming;
import static io.waybill.axonserver.conformance.Messages.text;
import static io.waybill.axonserver.conformance.Messages.timeoutMillis;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.ResultStream;
import io.axoniq.axonserver.grpc.ErrorMessage;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.ProcessingInstruction;
import io.axoniq.axonserver.grpc.ProcessingKey;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Queries whose answers are produced as they are taken. */
class StreamingQueriesTest {

    private static final ByteString LARGE = ByteString.copyFrom(new byte[10_000]);

    private final Clients clients = new Clients();
    private final AxonServerConnection asking = clients.connect("asking");
    private final String name = unique("Stream");

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void handlerIsToldThatTheServerStreamsAndHowManyAnswersAreWanted() throws Exception {
        BareQueryHandler handler = handler("library").grant(100);
        try (ResultStream<QueryResponse> results = ask(query(name, streaming()))) {
            QueryRequest query = handler.next();

            assertThat(serverStreams(query)).isTrue();
            Awaitility.await().until(() -> handler.wanted() > 0);
            handler.answer(query, "one");
            handler.complete(query);
            assertThat(text(results.next().getPayload())).isEqualTo("one");
            Awaitility.await().until(results::isClosed);
            assertThat(results.getError()).isEmpty();
        }
    }

    @Test
    void handlerIsToldWhenTheSenderDoesNotStream() throws Exception {
        BareQueryHandler handler = handler("library").grant(100);
        try (ResultStream<QueryResponse> results = ask(query(name))) {
            QueryRequest query = handler.next();

            assertThat(serverStreams(query)).isFalse();
            handler.answer(query, "one");
            handler.complete(query);
            assertThat(text(results.next().getPayload())).isEqualTo("one");
        }
    }

    @Test
    void answersAreWantedOnlyAsFastAsTheyAreTaken() throws Exception {
        BareQueryHandler handler = handler("library").grant(1_000);
        try (ResultStream<QueryResponse> results = ask(query(name, streaming()))) {
            QueryRequest query = handler.next();
            long sent = sendAllThatIsWanted(handler, query, 0);
            // Nothing is taken, so the server stops asking once the buffers on the way are full.
            assertThat(sent).isBetween(1L, 500L);

            for (int i = 0; i < 1_000; i++) {
                QueryResponse next = results.nextIfAvailable();
                while (next == null) {
                    sent = sendAllThatIsWanted(handler, query, sent);
                    next = results.nextIfAvailable(5, TimeUnit.SECONDS);
                }
                assertThat(next.getPayload().getType()).isEqualTo("" + i);
            }
        }
    }

    @Test
    void handlerIsToldWhenTheSenderWantsNoMore() throws Exception {
        BareQueryHandler handler = handler("library").grant(100);
        QueryRequest query = query(name, streaming());
        try (ResultStream<QueryResponse> results = ask(query)) {
            handler.answer(handler.next(), "one");
            results.next();
        }

        assertThat(handler.cancelled().next()).isEqualTo(query.getMessageIdentifier());
    }

    @Test
    void firstApplicationThatAnswersIsTheOnlyOneHeardAndTheOthersAreTold() throws Exception {
        BareQueryHandler library = handler("library").grant(100);
        BareQueryHandler archive = handler("archive").grant(100);
        try (ResultStream<QueryResponse> results = ask(query(name, streaming()))) {
            QueryRequest query = library.next();
            archive.next();

            archive.answer(query, "from the archive");
            assertThat(text(results.next().getPayload())).isEqualTo("from the archive");
            assertThat(library.cancelled().next()).isEqualTo(query.getMessageIdentifier());
            library.answer(query, "too late");
            library.complete(query);
            archive.answer(query, "more from the archive");
            archive.complete(query);

            assertThat(text(results.next().getPayload())).isEqualTo("more from the archive");
            Awaitility.await().until(results::isClosed);
        }
    }

    @Test
    void streamEndsWithTheErrorOfItsHandler() throws Exception {
        BareQueryHandler handler = handler("library").grant(100);
        try (ResultStream<QueryResponse> results = ask(query(name, streaming()))) {
            QueryRequest query = handler.next();
            handler.answer(query, "one");
            handler.respond(
                    query,
                    QueryResponse.newBuilder()
                            .setErrorCode("AXONIQ-5001")
                            .setErrorMessage(ErrorMessage.newBuilder().setMessage("the shelf fell over")));
            handler.complete(query);

            assertThat(text(results.next().getPayload())).isEqualTo("one");
            assertThat(results.next().getErrorMessage().getMessage()).isEqualTo("the shelf fell over");
            Awaitility.await().until(results::isClosed);
        }
    }

    @Test
    void streamEndsWithAnErrorWhenItsHandlerDisconnects() throws Exception {
        BareQueryHandler handler = handler("library").grant(100);
        try (ResultStream<QueryResponse> results = ask(query(name, streaming()))) {
            handler.answer(handler.next(), "one");
            assertThat(text(results.next().getPayload())).isEqualTo("one");

            handler.vanish();

            assertThat(results.next().getErrorCode()).isEqualTo("AXONIQ-4001");
            Awaitility.await().until(results::isClosed);
        }
    }

    @Test
    void streamThatHasBegunMayLastLongerThanTheTimeOfItsSender() throws Exception {
        BareQueryHandler handler = handler("library").grant(100);
        try (ResultStream<QueryResponse> results = ask(query(name, streaming(), timeoutMillis(200)))) {
            QueryRequest query = handler.next();
            handler.answer(query, "one");
            assertThat(text(results.next().getPayload())).isEqualTo("one");
            long begunNanos = System.nanoTime();
            Awaitility.await().until(() -> System.nanoTime() - begunNanos > 500_000_000);

            handler.answer(query, "two");

            assertThat(text(results.next().getPayload())).isEqualTo("two");
        }
    }

    private BareQueryHandler handler(String component) {
        return new BareQueryHandler(clients, component).subscribe(name);
    }

    private ResultStream<QueryResponse> ask(QueryRequest query) {
        return asking.queryChannel().query(query);
    }

    /** Sends until the server has asked for no more for a while; returns how many were sent altogether. */
    private static long sendAllThatIsWanted(BareQueryHandler handler, QueryRequest query, long sentBefore) {
        long sent = sentBefore;
        do {
            while (sent < handler.wanted()) {
                handler.respond(
                        query,
                        QueryResponse.newBuilder()
                                .setPayload(SerializedObject.newBuilder()
                                        .setType("" + sent)
                                        .setData(LARGE)));
                sent++;
            }
            // An acknowledged message behind them: the server has seen them all.
            handler.grant(1);
        } while (sent < handler.wanted());
        return sent;
    }

    private static boolean serverStreams(QueryRequest query) {
        return query.getProcessingInstructionsList().stream()
                .filter(instruction -> instruction.getKey() == ProcessingKey.SERVER_SUPPORTS_STREAMING)
                .map(ProcessingInstruction::getValue)
                .anyMatch(MetaDataValue::getBooleanValue);
    }
}
