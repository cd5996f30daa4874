package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.ProcessingInstruction;
import io.axoniq.axonserver.grpc.ProcessingKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the instructions that a client attaches to a command or query. How many results it wants is not for the server:
 * the handler, which may be several in one, looks at it, and the client itself, which stops when it has enough.
 */
record Instructions(List<ProcessingInstruction> all) {

    long priority() {
        MetaDataValue value = find(ProcessingKey.PRIORITY);
        return value == null ? 0 : value.getNumberValue();
    }

    /** The time the client allows, at most and by default {@code limitMillis}. */
    long timeoutMillis(long limitMillis) {
        MetaDataValue value = find(ProcessingKey.TIMEOUT);
        return value == null || value.getNumberValue() <= 0
                ? limitMillis
                : Math.min(value.getNumberValue(), limitMillis);
    }

    /** What decides which handler gets the message: the same key goes to the same handler while the set is the same. */
    String routingKey(String otherwise) {
        MetaDataValue value = find(ProcessingKey.ROUTING_KEY);
        return value == null || value.getTextValue().isEmpty() ? otherwise : value.getTextValue();
    }

    boolean clientSupportsStreaming() {
        MetaDataValue value = find(ProcessingKey.CLIENT_SUPPORTS_STREAMING);
        return value != null && value.getBooleanValue();
    }

    private @Nullable MetaDataValue find(ProcessingKey key) {
        for (ProcessingInstruction instruction : all) {
            if (instruction.getKey() == key) {
                return instruction.getValue();
            }
        }
        return null;
    }
}
