package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.axonframework.extensions.mongo.DefaultMongoTemplate;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens in a store that is lost or put back behind the processor's back. */
class TokenDocumentsTest {

    private final TestDatabase database = new TestDatabase();
    private final TokenDocuments tokens = new TokenDocuments(
            DefaultMongoTemplate.builder()
                    .mongoDatabase(database.get())
                    .trackingTokensCollectionName(StoreMarks.TOKENS)
                    .build(),
            Jackson3Serializer.builder().build(),
            "this node");

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

    private MongoCollection<Document> stored() {
        return database.get().getCollection(StoreMarks.TOKENS);
    }

    private static GlobalSequenceTrackingToken at(long position) {
        return new GlobalSequenceTrackingToken(position);
    }
}
