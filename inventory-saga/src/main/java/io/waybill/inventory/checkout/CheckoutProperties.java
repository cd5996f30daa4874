package io.waybill.inventory.checkout;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How checkouts are led.
 *
 * @param deadline time from placing to confirmation; an order that is not confirmed by then is rejected and what was
 *     arranged for it is undone
 */
@ConfigurationProperties("waybill.checkout")
record CheckoutProperties(@DefaultValue("PT15M") Duration deadline) {

    CheckoutProperties {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("waybill.checkout.deadline is " + deadline
                    + ": give a positive ISO 8601 duration, such as PT15M for fifteen minutes.");
        }
    }
}
