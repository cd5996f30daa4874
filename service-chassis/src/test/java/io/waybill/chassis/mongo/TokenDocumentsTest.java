package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.spy;

import com.mongodb.ServerAddress;
import com.mongodb.client.MongoCollection;
import com.mongodb.connection.ClusterId;
import com.mongodb.connection.ServerId;
import com.mongodb.event.ConnectionPoolClearedEvent;
import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.axonframework.extensions.mongo.DefaultMongoTemplate;
import org.axonframework.messaging.ResultMessage;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens in a store that is lost or put back behind the processor's back. */
class TokenDocumentsTest {

    private final TestDatabase database = new TestDatabase();
    private final ConnectionLosses losses = new ConnectionLosses();
    private final Serializer serializer = spy(Jackson3Serializer.builder().build());
    private final TokenDocuments tokens = new TokenDocuments(
            DefaultMongoTemplate.builder()
                    .mongoDatabase(database.get())
                    .trackingTokensCollectionName(StoreMarks.TOKENS)
                    .build(),
            serializer,
            "this node",
            losses);
    private final BatchingUnitOfWork<EventMessage<?>> batch =
            new BatchingUnitOfWork<>(List.of(GenericEventMessage.asEventMessage("event")));

    @BeforeEach
    void claim() {
        tokens.initializeTokenSegments("views", 1, null);
        tokens.fetchToken("views", 0);
        tokens.storeToken(at(1), "views", 0);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void areWrittenOneAfterTheOther() {
        tokens.storeToken(at(2), "views", 0);
        tokens.storeToken(at(3), "views", 0);

        assertThat(tokens.fetchToken("views", 0)).isEqualTo(at(3));
    }

    @Test
    void areNotWrittenIntoAStoreThatWasPutBack() {
        Document before = stored().find(eq("processorName", "views")).first();
        tokens.storeToken(at(2), "views", 0);
        stored().replaceOne(eq("processorName", "views"), before);

        assertThatThrownBy(() -> tokens.storeToken(at(3), "views", 0)).isInstanceOf(UnableToClaimTokenException.class);
        assertThat(tokens.fetchToken("views", 0)).isEqualTo(at(1));
        tokens.storeToken(at(2), "views", 0);
    }

    @Test
    void areNotWrittenInPlaceOfTheOneThatWasLost() {
        stored().deleteMany(new Document());
        tokens.initializeTokenSegments("views", 1, null);

        assertThatThrownBy(() -> tokens.storeToken(at(3), "views", 0)).isInstanceOf(UnableToClaimTokenException.class);
        assertThat(tokens.fetchToken("views", 0)).isNull();
    }

    @Test
    void areWrittenAtTheEndOfABatch() {
        assertThat(endOfBatch(() -> {}).isExceptional()).isFalse();

        assertThat(tokens.fetchToken("views", 0)).isEqualTo(at(2));
    }

    /** The store that is there now may lack what the batch has written before. */
    @Test
    void areNotWrittenOnceTheConnectionWasLostAmidTheBatch() {
        assertThat(endOfBatch(this::loseConnection).exceptionResult()).isInstanceOf(UnableToClaimTokenException.class);

        assertThat(tokens.fetchToken("views", 0)).isEqualTo(at(1));
    }

    @Test
    void areTakenBackIfTheConnectionIsLostWhileTheyAreWritten() {
        doAnswer(call -> {
                    loseConnection();
                    return call.callRealMethod();
                })
                .when(serializer)
                .serialize(at(2), byte[].class);

        assertThat(endOfBatch(() -> {}).exceptionResult()).isInstanceOf(UnableToClaimTokenException.class);

        assertThat(tokens.fetchToken("views", 0)).isEqualTo(at(1));
    }

    private ResultMessage<?> endOfBatch(Runnable handler) {
        batch.onCommit(all -> tokens.storeToken(at(2), "views", 0));
        return batch.executeWithResult(() -> {
            losses.begin(batch);
            handler.run();
            return null;
        });
    }

    private void loseConnection() {
        losses.connectionPoolCleared(
                new ConnectionPoolClearedEvent(new ServerId(new ClusterId(), new ServerAddress())));
    }

    private MongoCollection<Document> stored() {
        return database.get().getCollection(StoreMarks.TOKENS);
    }

    private static GlobalSequenceTrackingToken at(long position) {
        return new GlobalSequenceTrackingToken(position);
    }
}
