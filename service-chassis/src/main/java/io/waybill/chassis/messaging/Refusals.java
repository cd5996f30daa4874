package io.waybill.chassis.messaging;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;

/**
 * Which commands of processes were refused, found in the events that say so: to restore a process is to give it the
 * answers it had, without asking again. Read when first needed, which is after a loss.
 */
final class Refusals {

    private static final String COMMAND = "refusedCommand";
    private static final String KIND = "refusedKind";
    private static final String CODE = "refusedCode";
    private static final String DETAIL = "refusedDetail";

    private record Refusal(String command, Fault fault) {}

    private final Supplier<EventStore> eventStore;
    private final Map<String, List<Refusal>> byCause = new HashMap<>();
    /** Replays up to here were served. */
    private long checkpoint = Checkpoints.NONE;

    private long read = -1;

    Refusals(Supplier<EventStore> eventStore) {
        this.eventStore = eventStore;
    }

    /** Metadata of an event that tells of a refusal. */
    static Map<String, String> metaData(Object command, Fault fault) {
        return Map.of(
                COMMAND, command.getClass().getSimpleName(),
                KIND, fault.kind().name(),
                CODE, fault.code(),
                DETAIL, fault.detail());
    }

    /** How commands like this one were refused that an event up to the checkpoint had led to. */
    synchronized List<Fault> of(Object command, EventMessage<?> cause, long upTo) {
        if (upTo > checkpoint) {
            // What tells of a refusal comes after its cause, maybe after the checkpoint too.
            read(Positions.last(eventStore.get()));
            checkpoint = upTo;
        }
        return byCause.getOrDefault(cause.getIdentifier(), List.of()).stream()
                .filter(refusal -> refusal.command().equals(command.getClass().getSimpleName()))
                .map(Refusal::fault)
                .toList();
    }

    private void read(long last) {
        try (var events = eventStore.get().openStream(read < 0 ? null : new GlobalSequenceTrackingToken(read))) {
            while (read < last) {
                TrackedEventMessage<?> event = events.nextAvailable();
                note(event.getMetaData());
                read = Positions.of(event.trackingToken());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Stopped while reading which commands had been refused", e);
        }
    }

    private void note(MetaData metaData) {
        @Nullable Object command = metaData.get(COMMAND);
        if (command != null) {
            var fault =
                    new Fault(Fault.Kind.valueOf(text(metaData, KIND)), text(metaData, CODE), text(metaData, DETAIL));
            byCause.computeIfAbsent(text(metaData, Correlation.CAUSATION_ID), cause -> new ArrayList<>())
                    .add(new Refusal(command.toString(), fault));
        }
    }

    private static String text(MetaData metaData, String key) {
        return String.valueOf(metaData.get(key));
    }
}
