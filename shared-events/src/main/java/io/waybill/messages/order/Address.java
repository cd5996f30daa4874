package io.waybill.messages.order;

import org.jspecify.annotations.Nullable;

/**
 * Where an order goes.
 *
 * @param line2 second line of the street address, if there is one
 * @param country ISO 3166-1 alpha-2 code
 */
public record Address(
        String name, String line1, @Nullable String line2, String postalCode, String city, String country) {}
