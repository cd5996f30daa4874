package io.waybill.chassis.mongo;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ObjectDataType;

/**
 * Keeps documents in a file as BSON. The library leaves it to Java's serialization, which takes ten times as long for each
 * document of each page that is written. What was kept in that way is still read.
 */
final class BsonValues extends BasicDataType<Document> {

    /** Where the store's own kinds of objects begin with another number. */
    private static final byte BSON = 21;

    private static final int USUAL_BYTES = 512;
    /** What an object takes beside its content. */
    static final int OVERHEAD_BYTES = 64;

    private final ObjectDataType before = new ObjectDataType();

    @Override
    public int getMemory(Document document) {
        return OVERHEAD_BYTES + encoded(document).readableBytes();
    }

    @Override
    public void write(WriteBuffer buffer, Document document) {
        ByteBuf bson = encoded(document);
        buffer.put(BSON).putVarInt(bson.readableBytes()).put(bson.nioBuffer());
    }

    private static ByteBuf encoded(Document document) {
        ByteBuf bson = Unpooled.buffer(USUAL_BYTES);
        BsonEncoder.encodeDocument(document, bson);
        return bson;
    }

    @Override
    public Document read(ByteBuffer buffer) {
        int begin = buffer.position();
        if (buffer.get() != BSON) {
            buffer.position(begin);
            return (Document) before.read(buffer);
        }
        int length = DataUtils.readVarInt(buffer);
        Document document = BsonDecoder.decodeBson(Unpooled.wrappedBuffer(buffer.slice(buffer.position(), length)));
        buffer.position(buffer.position() + length);
        return document;
    }

    @Override
    public Document[] createStorage(int size) {
        return new Document[size];
    }
}
