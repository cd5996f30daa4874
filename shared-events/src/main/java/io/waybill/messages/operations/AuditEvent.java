package io.waybill.messages.operations;

import org.jspecify.annotations.Nullable;

/** What somebody asked of the audit. Who, and in which request, is in the metadata as with every event. */
public sealed interface AuditEvent {

    /**
     * Audit data was read, or was about to be.
     *
     * @param path what was asked for
     * @param query in which words; null if there were none
     */
    record AuditDataRead(String path, @Nullable String query) implements AuditEvent {}

    /**
     * The event store was to be compared with the audit chain.
     *
     * @param from position of the first event
     * @param to position of the last; null for all
     */
    record VerificationRequested(
            String verificationId, long from, @Nullable Long to) implements AuditEvent {}
}
