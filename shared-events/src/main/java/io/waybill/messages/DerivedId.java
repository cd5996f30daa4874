package io.waybill.messages;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * IDs of what a process creates on behalf of an order. They are computed, never drawn, so that a message that is
 * handled twice asks for the same thing twice and the second time changes nothing.
 */
public final class DerivedId {

    private DerivedId() {}

    /** The ID of the one payment of an order. */
    public static String payment(String orderId) {
        return derive("payment", orderId);
    }

    /** The ID of the reservation that one order holds on one SKU. */
    public static String reservation(String orderId, String sku) {
        return derive("reservation", orderId, sku);
    }

    /** The ID of what an amendment authorizes in addition. */
    public static String authorization(String orderId, String amendmentId) {
        return derive("authorization", orderId, amendmentId);
    }

    /**
     * A name-based UUID (version 3 of RFC 9562) of the parts in their order. The parts are told apart by their lengths,
     * so that no two lists of parts read the same.
     */
    public static String derive(String... parts) {
        var name = new StringBuilder();
        for (String part : parts) {
            name.append(part.length()).append(':').append(part);
        }
        return UUID.nameUUIDFromBytes(name.toString().getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
