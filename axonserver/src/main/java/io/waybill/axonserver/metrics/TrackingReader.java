package io.waybill.axonserver.metrics;

/**
 * An application that follows the events of a context.
 *
 * @param clientId the instance
 * @param component the application
 * @param processor the event processor that reads, empty when the client does not say
 * @param position the token of the last event that was sent to it, or before the first one it asked for
 */
public record TrackingReader(String clientId, String component, String processor, long position) {}
