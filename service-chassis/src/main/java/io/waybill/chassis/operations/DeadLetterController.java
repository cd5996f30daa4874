package io.waybill.chassis.operations;

import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.PageCursor;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterDiscarded;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterRetried;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterRetryRequested;
import io.waybill.messages.operations.DeadLetterEvent.DeadLettersRetried;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Optional;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.deadletter.SequencedDeadLetterProcessor;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows operators what the projections of this service could not handle, and lets them have it handled again or give it
 * up. What they decide is an event, so that it is known who did.
 */
@RestController
@RequestMapping("/api/ops/dead-letters/{service}")
class DeadLetterController {

    private static final int MAX_LIMIT = 500;
    private static final int DEFAULT_LIMIT = 100;

    private final String name;
    private final DeadLetters letters;
    private final EventProcessingConfiguration processing;
    private final RequestEvents events;

    DeadLetterController(
            @Value("${spring.application.name}") String name,
            DeadLetters letters,
            EventProcessingConfiguration processing,
            RequestEvents events) {
        this.name = name;
        this.letters = letters;
        this.processing = processing;
        this.events = events;
    }

    /**
     * Parked events, in the order in which they were parked.
     *
     * @param nextCursor where the next ones begin; null if there are none
     */
    record ParkedEvents(
            String service,
            List<ParkedEvent> items,
            @Nullable String nextCursor) {}

    /** @param handled whether the event is parked no longer */
    record Retried(String letterId, boolean handled, long position) {}

    /**
     * @param handled number of events that are parked no longer
     * @param parked number of events that still are
     */
    record AllRetried(String processor, long handled, long parked, long position) {}

    record Reason(@NotBlank @Size(max = 500) String reason) {}

    record Discarded(String letterId, long position) {}

    @GetMapping
    ParkedEvents all(
            @PathVariable String service,
            @RequestParam(required = false) @Nullable String processor,
            @RequestParam(defaultValue = "" + DEFAULT_LIMIT) int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        isThisOne(service);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("limit", "OUT_OF_RANGE", "Ask for 1 to " + MAX_LIMIT + " dead letters at a time.");
        }
        String asked = service + " " + processor;
        DeadLetters.Page page = letters.page(
                processor,
                limit,
                cursor == null ? null : PageCursor.decode(asked, cursor, 1, place -> new ObjectId(place.getFirst())));
        return new ParkedEvents(name, page.items(), page.last() == null ? null : PageCursor.encode(asked, page.last()));
    }

    @GetMapping("/{processor}/{letterId}")
    ParkedEvent.Inspected one(
            @PathVariable String service, @PathVariable String processor, @PathVariable String letterId) {
        isThisOne(service);
        return letters.find(processor, letterId)
                .orElseThrow(() -> RequestRefused.notFound(
                        "DEAD_LETTER_NOT_FOUND", "No event " + letterId + " is parked by " + processor + "."));
    }

    /**
     * Its sequence goes first, from its beginning, because a projection folds events in their order. Who asked for it is told
     * before it is done, what came of it afterwards.
     */
    @PostMapping("/{processor}/{letterId}/retry")
    Retried retry(@PathVariable String service, @PathVariable String processor, @PathVariable String letterId) {
        ParkedEvent letter = one(service, processor, letterId).letter();
        SequencedDeadLetterProcessor<EventMessage<?>> deadLetters = processorOf(processor);
        requested(processor, letterId);
        retrySequence(deadLetters, processor, letter.sequence());
        boolean handled = !letters.isParked(processor, letterId);
        long position = events.publish(new DeadLetterRetried(name, processor, letterId, letter.position(), handled));
        return new Retried(letterId, handled, position);
    }

    @PostMapping("/{processor}/retry")
    AllRetried retryAll(@PathVariable String service, @PathVariable String processor) {
        isThisOne(service);
        SequencedDeadLetterProcessor<EventMessage<?>> deadLetters = processorOf(processor);
        requested(processor, null);
        long before = parked(processor);
        letters.sequences(processor).forEach(sequence -> retrySequence(deadLetters, processor, sequence));
        long after = parked(processor);
        // What was parked meanwhile is no work of this request.
        long handled = Math.max(0, before - after);
        long position = events.publish(new DeadLettersRetried(name, processor, handled, after));
        return new AllRetried(processor, handled, after, position);
    }

    /** It is told before it is done: a crash in between leaves a letter that can be discarded again, not a riddle. */
    @PostMapping("/{processor}/{letterId}/discard")
    Discarded discard(
            @PathVariable String service,
            @PathVariable String processor,
            @PathVariable String letterId,
            @RequestBody Reason reason) {
        ParkedEvent letter = one(service, processor, letterId).letter();
        long position =
                events.publish(new DeadLetterDiscarded(name, processor, letterId, letter.position(), reason.reason()));
        letters.discard(letter);
        return new Discarded(letterId, position);
    }

    private void requested(String processor, @Nullable String letterId) {
        long unusedBecauseAnotherFollows = events.publish(new DeadLetterRetryRequested(name, processor, letterId));
    }

    /** Until nothing of it is parked or its first event fails again; later ones may join it while it is at work. */
    private void retrySequence(
            SequencedDeadLetterProcessor<EventMessage<?>> deadLetters, String processor, String sequence) {
        Optional<String> first = letters.first(processor, sequence);
        while (first.isPresent()) {
            String letterId = first.get();
            boolean handled = deadLetters.process(
                    letter -> letter.message().getIdentifier().equals(letterId));
            first = handled ? letters.first(processor, sequence) : Optional.empty();
        }
    }

    private long parked(String processor) {
        return letters.fill()
                .getOrDefault(processor, CappedDeadLetterQueue.Fill.NONE)
                .letters();
    }

    private SequencedDeadLetterProcessor<EventMessage<?>> processorOf(String processor) {
        return processing
                .sequencedDeadLetterProcessor(processor)
                .orElseThrow(() -> RequestRefused.notFound(
                        "PROCESSOR_NOT_FOUND", "No projection of " + name + " is called " + processor + "."));
    }

    private void isThisOne(String service) {
        if (!service.equals(name)) {
            throw RequestRefused.notFound("SERVICE_NOT_FOUND", "This is " + name + ", not " + service + ".");
        }
    }

    private static InvalidRequest invalid(String pointer, String code, String detail) {
        return new InvalidRequest(List.of(new InvalidRequest.Fault(pointer, code, detail)));
    }
}
