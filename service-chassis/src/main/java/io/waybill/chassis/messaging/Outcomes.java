package io.waybill.chassis.messaging;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.MetaData;

/**
 * What came of handling events, found in later events that say so: which commands were refused, and which events were
 * parked. To restore a process is to give it the answers it had, without asking again. Read when first needed, which is
 * after a loss.
 */
final class Outcomes {

    private static final String PARKED_BY = "parkedBy";
    private static final String PARKED_EVENT = "parkedEvent";
    private static final String PARKED_ERROR = "parkedError";
    private static final String COMMAND = "refusedCommand";
    private static final String KIND = "refusedKind";
    private static final String CODE = "refusedCode";
    private static final String DETAIL = "refusedDetail";

    /** An event that is there already is sent at once. */
    private static final int READ_TIMEOUT_SECONDS = 5;

    private record Refusal(String command, Fault fault) {}

    private record Parked(String by, String eventId, String error) {}

    private final Supplier<EventStore> eventStore;
    private final Map<String, List<Refusal>> refusals = new HashMap<>();
    private final Map<String, List<Parked>> parked = new HashMap<>();
    /** Replays up to here were served. */
    private long checkpoint = Checkpoints.NONE;

    private long read = -1;

    Outcomes(Supplier<EventStore> eventStore) {
        this.eventStore = eventStore;
    }

    /** Metadata of an event that tells of a refusal. */
    static Map<String, String> ofRefusal(Object command, Fault fault) {
        return Map.of(
                COMMAND, command.getClass().getSimpleName(),
                KIND, fault.kind().name(),
                CODE, fault.code(),
                DETAIL, fault.detail());
    }

    /** Metadata of an event that tells of a parked one. */
    static Map<String, String> ofParking(String by, EventMessage<?> event, String error) {
        return Map.of(PARKED_BY, by, PARKED_EVENT, event.getIdentifier(), PARKED_ERROR, error);
    }

    /** How commands like this one were refused that an event up to the checkpoint had led to. */
    synchronized List<Fault> refusals(Object command, EventMessage<?> cause, long upTo) {
        readFor(upTo);
        return refusals.getOrDefault(cause.getIdentifier(), List.of()).stream()
                .filter(refusal -> refusal.command().equals(command.getClass().getSimpleName()))
                .map(Refusal::fault)
                .toList();
    }

    /** The error for which an event was parked when one up to the checkpoint, maybe itself, was handled. */
    synchronized Optional<String> parking(String by, EventMessage<?> event, EventMessage<?> cause, long upTo) {
        readFor(upTo);
        return parked.getOrDefault(cause.getIdentifier(), List.of()).stream()
                .filter(told -> told.by().equals(by) && told.eventId().equals(event.getIdentifier()))
                .map(Parked::error)
                .findFirst();
    }

    /** The event at a position. */
    EventMessage<?> eventAt(long position) {
        try (var events = open(position - 1)) {
            if (!events.hasNextAvailable(READ_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The event store did not send event " + position + " in time");
            }
            TrackedEventMessage<?> event = events.nextAvailable();
            if (Positions.of(event.trackingToken()) != position) {
                throw new IllegalStateException("The event store has no event " + position);
            }
            return event;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Stopped while reading event " + position, e);
        }
    }

    private BlockingStream<TrackedEventMessage<?>> open(long after) {
        return eventStore.get().openStream(after < 0 ? null : new GlobalSequenceTrackingToken(after));
    }

    private void readFor(long upTo) {
        if (upTo > checkpoint) {
            // What tells of an outcome comes after its cause, maybe after the checkpoint too.
            read(Positions.last(eventStore.get()));
            checkpoint = upTo;
        }
    }

    private void read(long last) {
        try (var events = open(read)) {
            while (read < last) {
                TrackedEventMessage<?> event = events.nextAvailable();
                note(event.getMetaData());
                read = Positions.of(event.trackingToken());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Stopped while reading what had come of events", e);
        }
    }

    private void note(MetaData metaData) {
        String cause = text(metaData, Correlation.CAUSATION_ID);
        if (metaData.containsKey(COMMAND)) {
            var fault =
                    new Fault(Fault.Kind.valueOf(text(metaData, KIND)), text(metaData, CODE), text(metaData, DETAIL));
            refusals.computeIfAbsent(cause, same -> new ArrayList<>()).add(new Refusal(text(metaData, COMMAND), fault));
        }
        if (metaData.containsKey(PARKED_BY)) {
            parked.computeIfAbsent(cause, same -> new ArrayList<>())
                    .add(new Parked(
                            text(metaData, PARKED_BY), text(metaData, PARKED_EVENT), text(metaData, PARKED_ERROR)));
        }
    }

    private static String text(MetaData metaData, String key) {
        return String.valueOf(metaData.get(key));
    }
}
