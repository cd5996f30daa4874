package io.waybill.chassis.mongo;

import io.waybill.chassis.mongo.ViewChanges.Entry;
import org.bson.BsonDocument;
import org.bson.BsonDocumentReader;
import org.bson.BsonDocumentWriter;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.jspecify.annotations.Nullable;

/** Views as documents of the form {@code {_id, position, sequence, view}}. */
record ViewCodec<V>(Codec<V> codec) {

    static final String ID = "_id";
    static final String POSITION = "position";
    static final String VIEW = "view";
    private static final String SEQUENCE = "sequence";

    static String id(BsonDocument document) {
        return document.getString(ID).getValue();
    }

    Entry<V> entry(BsonDocument document) {
        // The release before did not write the sequence.
        @Nullable
        Long sequence =
                document.containsKey(SEQUENCE) ? document.getInt64(SEQUENCE).getValue() : null;
        return new Entry<>(document.getInt64(POSITION).getValue(), sequence, view(document), true);
    }

    BsonDocument document(String id, Entry<V> entry) {
        var view = new BsonDocument();
        codec.encode(
                new BsonDocumentWriter(view),
                entry.view(),
                EncoderContext.builder().build());
        var document = new BsonDocument(ID, new BsonString(id))
                .append(POSITION, new BsonInt64(entry.position()))
                .append(VIEW, view);
        return entry.sequence() == null ? document : document.append(SEQUENCE, new BsonInt64(entry.sequence()));
    }

    V view(BsonDocument document) {
        return codec.decode(
                new BsonDocumentReader(document.getDocument(VIEW)),
                DecoderContext.builder().build());
    }
}
