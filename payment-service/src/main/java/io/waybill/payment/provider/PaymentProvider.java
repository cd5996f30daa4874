package io.waybill.payment.provider;

import io.waybill.messages.Money;
import java.util.Optional;

/**
 * Whoever holds and moves the money. Every call carries the payment's ID as its idempotency key: the provider does each
 * thing once per key, however often it is asked.
 */
public interface PaymentProvider {

    /** What came of an authorization. */
    sealed interface Authorization {

        /** The provider holds the amount. */
        record Approved(String providerReference) implements Authorization {}

        /** The provider refused. */
        record Declined(String reason) implements Authorization {}

        /** The customer has something to do first; the provider will call back. */
        record Pending() implements Authorization {}
    }

    /**
     * Asks the provider to hold an amount.
     *
     * @throws ProviderTimeout if no answer came in time; whether the amount is held is not known
     */
    Authorization authorize(String paymentId, Money amount, String paymentToken);

    /**
     * What the provider knows of an authorization it was asked for before; empty if it was never asked.
     *
     * @throws ProviderTimeout if no answer came in time
     */
    Optional<Authorization> findAuthorization(String paymentId);

    /**
     * Asks for the held amount.
     *
     * @return empty if it was handed over, otherwise why not
     * @throws ProviderTimeout if no answer came in time
     */
    Optional<String> capture(String paymentId, Money amount);

    /**
     * Lifts the hold, or sees to it that there never will be one; quiet if the authorization was declined.
     *
     * @throws ProviderTimeout if no answer came in time
     */
    void voidAuthorization(String paymentId);

    /**
     * Gives the captured amount back.
     *
     * @throws ProviderTimeout if no answer came in time
     */
    void refund(String paymentId, Money amount);

    /** No answer came in time: the call may or may not have had its effect. */
    final class ProviderTimeout extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public ProviderTimeout(String message) {
            super(message);
        }
    }
}
