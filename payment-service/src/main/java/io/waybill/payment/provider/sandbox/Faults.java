package io.waybill.payment.provider.sandbox;

/**
 * What the sandbox gets wrong on purpose, for everybody, until told otherwise.
 *
 * @param unreachable no call gets through
 * @param answersLost calls get through, but no answer comes back
 * @param latencyMillis by which every answer is delayed
 * @param captureRefused every capture is refused
 * @param refundRefused every refund is refused
 * @param webhooksLost no message is sent
 * @param duplicateWebhooks every message is sent twice
 */
record Faults(
        boolean unreachable,
        boolean answersLost,
        long latencyMillis,
        boolean captureRefused,
        boolean refundRefused,
        boolean webhooksLost,
        boolean duplicateWebhooks) {

    static final Faults NONE = new Faults(false, false, 0, false, false, false, false);
}
