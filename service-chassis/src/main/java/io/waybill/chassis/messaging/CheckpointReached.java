package io.waybill.chassis.messaging;

/**
 * All events up to this position have been handled by a processor with effects elsewhere: its commands were answered,
 * what it remembers is stored. Stored in the event store, in a stream for each processor of each service, because it has
 * to outlive the store of tokens.
 *
 * @param position of the last event that is known to be handled, by all segments
 */
public record CheckpointReached(String service, String processor, long position) implements CheckpointEvent {}
