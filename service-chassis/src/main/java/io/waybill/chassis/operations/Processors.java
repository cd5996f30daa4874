package io.waybill.chassis.operations;

import static com.mongodb.client.model.Filters.eq;

import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.operations.CappedDeadLetterQueue.Fill;
import io.waybill.chassis.operations.Failures.Failure;
import io.waybill.chassis.operations.ProcessorStatus.Claim;
import io.waybill.chassis.operations.ProcessorStatus.Kind;
import io.waybill.chassis.operations.ProcessorStatus.Segment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventProcessor;
import org.axonframework.eventhandling.EventTrackerStatus;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.ReplayToken;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/**
 * How the event processors of this service are doing. What this instance works on it knows by itself; of the segments
 * of others it sees the tokens, which are some seconds old.
 */
final class Processors {

    /** Probes and operators may ask as often as they like; the stores are asked once in this time. */
    private static final Duration FRESH = Duration.ofSeconds(1);
    /** Axon's default, after which another instance may take a segment over. */
    private static final Duration CLAIM_TIMEOUT = Duration.ofSeconds(10);
    /** An event that is there is sent at once. */
    private static final int READ_TIMEOUT_SECONDS = 2;

    private final EventProcessingConfiguration processing;
    private final EventStore eventStore;
    private final MongoTemplate template;
    private final Serializer serializer;
    private final DeadLetters letters;
    private final Failures failures;
    private final Set<String> projections;
    private final Predicate<String> needed;
    private final Duration behindLimit;
    private final Clock clock;

    private Instant taken = Instant.MIN;
    private List<ProcessorStatus> statuses = List.of();

    Processors(
            EventProcessingConfiguration processing,
            EventStore eventStore,
            MongoTemplate template,
            Serializer serializer,
            DeadLetters letters,
            Failures failures,
            Set<String> projections,
            Predicate<String> needed,
            Duration behindLimit,
            Clock clock) {
        this.processing = processing;
        this.eventStore = eventStore;
        this.template = template;
        this.serializer = serializer;
        this.letters = letters;
        this.failures = failures;
        this.projections = projections;
        this.needed = needed;
        this.behindLimit = behindLimit;
        this.clock = clock;
    }

    /** All processors that have anything to do, by name, as they were a second ago at most. */
    synchronized List<ProcessorStatus> all() {
        Instant now = clock.instant();
        if (taken.isBefore(now.minus(FRESH))) {
            statuses = look(now);
            taken = now;
        }
        return statuses;
    }

    /** Whether this instance takes no part in it, or fails at some event. */
    boolean isStuck(String processor) {
        return all().stream()
                .filter(status -> status.processor().equals(processor))
                .anyMatch(status ->
                        !status.running() || status.failures().findAny().isPresent());
    }

    /** Time of the first event after a position; null if there is none. */
    @Nullable
    Instant timeOfNext(long position) {
        @Nullable TrackingToken token = position < 0 ? null : new GlobalSequenceTrackingToken(position);
        try (BlockingStream<TrackedEventMessage<?>> events = eventStore.openStream(token)) {
            return events.hasNextAvailable(READ_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    ? events.nextAvailable().getTimestamp()
                    : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private List<ProcessorStatus> look(Instant now) {
        long head = position(eventStore.createHeadToken());
        long due = before(eventStore.createTokenAt(now.minus(behindLimit)));
        Map<String, Fill> parked = letters.fill();
        return processing.eventProcessors().values().stream()
                .filter(processor -> needed.test(processor.getName()))
                .sorted(Comparator.comparing(EventProcessor::getName))
                .map(processor -> status(processor, head, due, parked, now))
                .toList();
    }

    private ProcessorStatus status(
            EventProcessor processor, long head, long due, Map<String, Fill> parked, Instant now) {
        String name = processor.getName();
        List<Segment> segments = segments(processor, now);
        long position = segments.stream().mapToLong(Segment::position).min().orElse(-1);
        return new ProcessorStatus(
                name,
                projections.contains(name) ? Kind.PROJECTION : Kind.PROCESS,
                processor.isRunning(),
                head,
                position < due,
                segments,
                parked.getOrDefault(name, Fill.NONE));
    }

    private List<Segment> segments(EventProcessor processor, Instant now) {
        String name = processor.getName();
        Map<Integer, Segment> segments = new TreeMap<>();
        for (Document stored : template.trackingTokensCollection().find(eq("processorName", name))) {
            int segment = stored.getInteger("segment");
            @Nullable TrackingToken token = token(stored);
            segments.put(
                    segment,
                    new Segment(
                            segment,
                            position(token),
                            ReplayToken.isReplay(token),
                            isClaimed(stored, now) ? Claim.ELSEWHERE : Claim.NOBODY,
                            failureAfter(position(token), name, segment)));
        }
        if (processor instanceof StreamingEventProcessor streaming) {
            streaming.processingStatus().forEach((segment, status) -> {
                // A segment that was given up after a failure stays on this list, though another instance may have it.
                if (!status.isErrorState()) {
                    segments.put(segment, here(name, status));
                }
            });
        }
        return List.copyOf(segments.values());
    }

    private Segment here(String processor, EventTrackerStatus status) {
        int segment = status.getSegment().getSegmentId();
        long position = status.getCurrentPosition().orElse(-1);
        return new Segment(
                segment, position, status.isReplaying(), Claim.HERE, failureAfter(position, processor, segment));
    }

    /** What failed here may have passed elsewhere meanwhile. */
    private @Nullable Failure failureAfter(long position, String processor, int segment) {
        @Nullable Failure failure = failures.of(processor, segment);
        return failure == null || failure.lastPosition() <= position ? null : failure;
    }

    private @Nullable TrackingToken token(Document stored) {
        @Nullable Binary token = stored.get("token", Binary.class);
        return token == null
                ? null
                : serializer.<byte[], TrackingToken>deserialize(new SimpleSerializedObject<>(
                        token.getData(), byte[].class, stored.getString("tokenType"), null));
    }

    private static boolean isClaimed(Document stored, Instant now) {
        return stored.getString("owner") != null
                && Instant.ofEpochMilli(stored.getLong("timestamp")).isAfter(now.minus(CLAIM_TIMEOUT));
    }

    private static long position(@Nullable TrackingToken token) {
        return token == null ? -1 : token.position().orElse(-1);
    }

    /** The event store's answer is the first event at or after a moment, or the one that comes next. */
    private static long before(@Nullable TrackingToken token) {
        return token == null ? -1 : Positions.of(token) - 1;
    }
}
