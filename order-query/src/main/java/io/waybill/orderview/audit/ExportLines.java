package io.waybill.orderview.audit;

import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The three kinds of lines of an export: how it begins, events, and signed heads between them and at the end. */
final class ExportLines {

    static final int FORMAT = 1;

    private static final HexFormat HEX = HexFormat.of();

    private ExportLines() {}

    /**
     * What an export or a continuation of one begins with.
     *
     * @param after position of the event before the first one, -1 for the beginning
     * @param chain up to that event
     * @param publicKey the one that is in use, as PEM; it proves nothing by being here
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody writes into them, nor compares whole records
    record Beginning(ChainOrigin origin, long after, byte[] chain, String publicKey) {}

    static ObjectNode beginning(Beginning beginning) {
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("waybillAuditExport", FORMAT)
                .put("after", beginning.after())
                .put("chain", HEX.formatHex(beginning.chain()))
                .put("publicKey", beginning.publicKey());
        return putOrigin(line, beginning.origin());
    }

    private static ObjectNode putOrigin(ObjectNode line, ChainOrigin origin) {
        line.putObject("origin")
                .put("chainId", origin.chainId())
                .put("begunAt", origin.begunAt().toString())
                .put("adopted", origin.adopted());
        return line;
    }

    /** @param hash what was recorded of the event, which is not what is in the line if that was changed since */
    static ObjectNode event(EventWithToken event, byte[] hash) {
        ObjectNode line = JsonNodeFactory.instance.objectNode().put("position", event.getToken());
        line.setAll(EventLine.write(event.getEvent()));
        return line.put("hash", HEX.formatHex(hash));
    }

    static ObjectNode head(ChainHead head) {
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("head", head.position())
                .put("chain", HEX.formatHex(head.chain()))
                .put("signedAt", head.at().toString())
                .put("keyId", head.keyId())
                .put("signature", Base64.getEncoder().encodeToString(head.signature()));
        return putOrigin(line, head.origin());
    }

    static boolean isBeginning(JsonNode line) {
        return line.has("waybillAuditExport");
    }

    static boolean isHead(JsonNode line) {
        return line.has("head");
    }

    /** @throws IllegalArgumentException if it is no such line, or of a later format */
    static Beginning readBeginning(JsonNode line) {
        if (EventLine.number(line, "waybillAuditExport") != FORMAT) {
            throw new IllegalArgumentException("this is an export of a later release");
        }
        return new Beginning(
                origin(line), EventLine.number(line, "after"), hash(line, "chain"), EventLine.text(line, "publicKey"));
    }

    /** @throws IllegalArgumentException if it is no such line */
    static ChainHead readHead(JsonNode line) {
        return new ChainHead(
                origin(line),
                EventLine.number(line, "head"),
                hash(line, "chain"),
                instant(line, "signedAt"),
                EventLine.text(line, "keyId"),
                Base64.getDecoder().decode(EventLine.text(line, "signature")));
    }

    private static ChainOrigin origin(JsonNode line) {
        JsonNode origin = line.path("origin");
        return new ChainOrigin(
                EventLine.text(origin, "chainId"), instant(origin, "begunAt"), EventLine.number(origin, "adopted"));
    }

    private static Instant instant(JsonNode object, String name) {
        try {
            return Instant.parse(EventLine.text(object, name));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("\"" + name + "\" is no instant", e);
        }
    }

    /** @throws IllegalArgumentException if it is no such hash */
    static byte[] hash(JsonNode object, String name) {
        byte[] hash = HEX.parseHex(EventLine.text(object, name));
        if (hash.length != EventHash.BYTES) {
            throw new IllegalArgumentException("\"" + name + "\" is no SHA-256");
        }
        return hash;
    }
}
