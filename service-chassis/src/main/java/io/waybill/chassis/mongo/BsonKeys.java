package io.waybill.chassis.mongo;

import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * Keys of an index in a file, in the order of their values. The library would compare them as what Java's serialization
 * makes of them, and serialize both for each comparison.
 */
final class BsonKeys extends BasicDataType<KeyValue> {

    /** Begins a key that is a single text, as that of an ID is. */
    private static final byte TEXT = 22;

    private static final String VALUES = "v";
    private static final Comparator<Object> ORDER = ValueComparator.asc();

    private final BsonValues values = new BsonValues();

    @Override
    public int compare(KeyValue one, KeyValue other) {
        int size = Math.min(one.size(), other.size());
        for (int i = 0; i < size; i++) {
            int order = order(one.get(i), other.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    private static int order(Object one, Object other) {
        return one instanceof String text && other instanceof String otherText
                ? text.compareTo(otherText)
                : ORDER.compare(one, other);
    }

    @Override
    public int getMemory(KeyValue key) {
        return isText(key)
                ? BsonValues.OVERHEAD_BYTES + ((String) key.get(0)).length()
                : values.getMemory(document(key));
    }

    @Override
    public void write(WriteBuffer buffer, KeyValue key) {
        if (isText(key)) {
            String text = (String) key.get(0);
            buffer.put(TEXT).putVarInt(text.length()).putStringData(text, text.length());
        } else {
            values.write(buffer, document(key));
        }
    }

    @Override
    public KeyValue read(ByteBuffer buffer) {
        if (buffer.get(buffer.position()) != TEXT) {
            return new KeyValue((List<?>) values.read(buffer).get(VALUES));
        }
        buffer.get();
        return new KeyValue(DataUtils.readString(buffer));
    }

    private static boolean isText(KeyValue key) {
        return key.size() == 1 && key.get(0) instanceof String;
    }

    private static Document document(KeyValue key) {
        return new Document(
                VALUES,
                key.stream()
                        .map(value -> Missing.isNeitherNullNorMissing(value) ? value : null)
                        .toList());
    }

    @Override
    public KeyValue[] createStorage(int size) {
        return new KeyValue[size];
    }
}
