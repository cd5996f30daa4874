package io.waybill.inventory.checkout;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How checkouts are led.
 *
 * @param deadline time from placing to confirmation; an order that is not confirmed by then is rejected and what was
 *     arranged for it is undone
 * @param captureOnConfirmation whether the money is taken as soon as the order is confirmed; otherwise it stays on hold
 *     until the order ships
 */
@ConfigurationProperties("waybill.checkout")
record CheckoutProperties(
        @DefaultValue("PT15M") Duration deadline,
        @DefaultValue("true") boolean captureOnConfirmation) {

    CheckoutProperties {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("waybill.checkout.deadline is " + deadline
                    + ": give a positive ISO 8601 duration, such as PT15M for fifteen minutes.");
        }
    }
}
