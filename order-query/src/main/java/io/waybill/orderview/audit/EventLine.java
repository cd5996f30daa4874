package io.waybill.orderview.audit;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An event as JSON, with all that its hash covers and nothing else. A payload is text if its bytes are UTF-8, otherwise
 * Base64 under another name; metadata that is no text, number or truth value is an object that says what it is.
 */
final class EventLine {

    private static final String PAYLOAD = "payload";
    private static final String PAYLOAD_BASE64 = "payloadBase64";
    private static final String DOUBLE = "double";
    private static final String BASE64 = "base64";

    private EventLine() {}

    static ObjectNode write(Event event) {
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("messageId", event.getMessageIdentifier())
                .put("timestamp", event.getTimestamp())
                .put("aggregateType", event.getAggregateType())
                .put("aggregateId", event.getAggregateIdentifier())
                .put("sequence", event.getAggregateSequenceNumber())
                .put("snapshot", event.getSnapshot())
                .put("type", event.getPayload().getType())
                .put("revision", event.getPayload().getRevision());
        ByteString data = event.getPayload().getData();
        if (data.isValidUtf8()) {
            line.put(PAYLOAD, data.toStringUtf8());
        } else {
            line.put(PAYLOAD_BASE64, base64(data));
        }
        line.set("metaData", metaData(event));
        return line;
    }

    static ObjectNode metaData(Event event) {
        ObjectNode metaData = JsonNodeFactory.instance.objectNode();
        new TreeMap<>(event.getMetaDataMap()).forEach((key, value) -> metaData.set(key, write(value)));
        return metaData;
    }

    private static JsonNode write(MetaDataValue value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (value.getDataCase()) {
            case TEXT_VALUE -> nodes.stringNode(value.getTextValue());
            case NUMBER_VALUE -> nodes.numberNode(value.getNumberValue());
            case BOOLEAN_VALUE -> nodes.booleanNode(value.getBooleanValue());
            case DOUBLE_VALUE -> nodes.objectNode().put(DOUBLE, Double.toString(value.getDoubleValue()));
            case BYTES_VALUE ->
                nodes.objectNode()
                        .put("type", value.getBytesValue().getType())
                        .put("revision", value.getBytesValue().getRevision())
                        .put(BASE64, base64(value.getBytesValue().getData()));
            case DATA_NOT_SET -> nodes.nullNode();
        };
    }

    private static String base64(ByteString bytes) {
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** @throws IllegalArgumentException if it is no such line */
    static Event read(JsonNode line) {
        Event.Builder event = Event.newBuilder()
                .setMessageIdentifier(text(line, "messageId"))
                .setTimestamp(number(line, "timestamp"))
                .setAggregateType(text(line, "aggregateType"))
                .setAggregateIdentifier(text(line, "aggregateId"))
                .setAggregateSequenceNumber(number(line, "sequence"))
                .setSnapshot(line.path("snapshot").asBoolean(false))
                .setPayload(SerializedObject.newBuilder()
                        .setType(text(line, "type"))
                        .setRevision(text(line, "revision"))
                        .setData(
                                line.has(PAYLOAD_BASE64)
                                        ? bytes(line, PAYLOAD_BASE64)
                                        : ByteString.copyFromUtf8(text(line, PAYLOAD))));
        Iterator<Map.Entry<String, JsonNode>> metaData =
                line.path("metaData").properties().iterator();
        metaData.forEachRemaining(entry -> event.putMetaData(entry.getKey(), value(entry.getValue())));
        return event.build();
    }

    private static MetaDataValue value(JsonNode node) {
        MetaDataValue.Builder value = MetaDataValue.newBuilder();
        if (node.isString()) {
            value.setTextValue(node.asString());
        } else if (node.isIntegralNumber() && node.canConvertToLong()) {
            value.setNumberValue(node.asLong());
        } else if (node.isBoolean()) {
            value.setBooleanValue(node.asBoolean());
        } else if (node.has(DOUBLE)) {
            value.setDoubleValue(Double.parseDouble(text(node, DOUBLE)));
        } else if (node.has(BASE64)) {
            value.setBytesValue(SerializedObject.newBuilder()
                    .setType(text(node, "type"))
                    .setRevision(text(node, "revision"))
                    .setData(bytes(node, BASE64)));
        } else if (!node.isNull()) {
            throw new IllegalArgumentException("no metadata is like " + node);
        }
        return value.build();
    }

    static String text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (!value.isString()) {
            throw new IllegalArgumentException("\"" + name + "\" is no text");
        }
        return value.asString();
    }

    static long number(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException("\"" + name + "\" is no whole number");
        }
        return value.asLong();
    }

    private static ByteString bytes(JsonNode object, String name) {
        return ByteString.copyFrom(Base64.getDecoder().decode(text(object, name)));
    }

    /** The payload as JSON, or as text if it is none; null if it is not even text. */
    static @Nullable JsonNode payload(Event event, JsonMapper json) {
        ByteString data = event.getPayload().getData();
        if (!data.isValidUtf8()) {
            return null;
        }
        try {
            return json.readTree(data.toStringUtf8());
        } catch (JacksonException e) {
            return JsonNodeFactory.instance.stringNode(data.toStringUtf8());
        }
    }
}
