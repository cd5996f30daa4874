package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.control.EventProcessorInfo;
import io.axoniq.axonserver.grpc.control.EventProcessorInfo.SegmentStatus;
import io.axoniq.axonserver.grpc.control.EventProcessorReference;
import io.axoniq.axonserver.grpc.control.EventProcessorSegmentReference;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The event processors of the connected applications: what they report, and the instructions they take. A processor of
 * the same name and token store is one, however many instances share its segments.
 */
public final class EventProcessors {

    private final ConnectedClients clients;

    /** Creates the view of the processors that {@code clients} report. */
    public EventProcessors(ConnectedClients clients) {
        this.clients = clients;
    }

    /**
     * What makes a processor one.
     *
     * @param name its name in the application
     * @param tokenStore the identifier of the token store it keeps its position in, empty when it has none
     */
    public record ProcessorId(String name, String tokenStore) {}

    /** A processor as one client reports it. */
    public record Instance(ConnectedClient client, EventProcessorInfo report) {

        /** How many segments the client can process at once, claimed ones included. */
        public int capacity() {
            return report.getAvailableThreads() + report.getSegmentStatusCount();
        }
    }

    /** All processors with their instances. */
    public Map<ProcessorId, List<Instance>> all() {
        Map<ProcessorId, List<Instance>> found = new LinkedHashMap<>();
        for (ConnectedClient client : clients.all()) {
            for (EventProcessorInfo report : client.processors()) {
                ProcessorId id = new ProcessorId(report.getProcessorName(), report.getTokenStoreIdentifier());
                found.computeIfAbsent(id, key -> new ArrayList<>()).add(new Instance(client, report));
            }
        }
        return found;
    }

    /** The processors that the application called {@code component} has a part in, with all their instances. */
    public Map<ProcessorId, List<Instance>> ofComponent(String component) {
        Map<ProcessorId, List<Instance>> found = all();
        found.values()
                .removeIf(instances -> instances.stream()
                        .noneMatch(instance -> instance.client().component().equals(component)));
        return found;
    }

    /** Whether a processor of several instances, such as {@link #all} returns, takes instructions about segments. */
    public static boolean isStreaming(List<Instance> instances) {
        return instances.stream()
                .map(Instance::report)
                .allMatch(report -> report.getIsStreamingProcessor()
                        // What a client before the flag says.
                        || report.getMode().equals("Tracking"));
    }

    /** How the processor reads events, in the client's words; the instances agree unless a release is under way. */
    public static String mode(List<Instance> instances) {
        List<String> modes = instances.stream()
                .map(instance -> instance.report().getMode())
                .distinct()
                .toList();
        return modes.size() == 1 ? modes.getFirst() : "Unknown";
    }

    /** Pauses the processor at all its instances. */
    public CompletableFuture<Outcome> pause(ProcessorId id) {
        return instruct("Pause", id, PlatformOutboundInstruction.newBuilder().setPauseEventProcessor(reference(id)));
    }

    /** Starts the processor at all its instances. */
    public CompletableFuture<Outcome> start(ProcessorId id) {
        return instruct("Start", id, PlatformOutboundInstruction.newBuilder().setStartEventProcessor(reference(id)));
    }

    private CompletableFuture<Outcome> instruct(
            String verb, ProcessorId id, PlatformOutboundInstruction.Builder instruction) {
        List<Instance> instances = instances(id);
        return instances.isEmpty() ? notFound(id) : send(verb + " " + id.name(), clientsOf(instances), instruction);
    }

    /** Splits the largest segment in two, at the client that has it. */
    public CompletableFuture<Outcome> split(ProcessorId id) {
        return segments(id).stream()
                .min(Comparator.comparingInt(Segment::onePartOf).thenComparingInt(Segment::number))
                .map(largest -> refreshed(id, send("Split " + id.name(), List.of(largest.client), split(id, largest))))
                .orElseGet(() -> notFound(id));
    }

    /** Merges the smallest segment with its other half, at the client that has it; all others let go of the half. */
    public CompletableFuture<Outcome> merge(ProcessorId id) {
        return segments(id).stream()
                .max(Comparator.comparingInt(Segment::onePartOf).thenComparingInt(Segment::number))
                .map(smallest -> merge(id, smallest))
                .orElseGet(() -> notFound(id));
    }

    private CompletableFuture<Outcome> merge(ProcessorId id, Segment smallest) {
        clientsOf(instances(id)).stream()
                .filter(client -> client != smallest.client)
                .forEach(client -> client.send(release(id, smallest.otherHalf()).build()));
        return refreshed(id, send("Merge " + id.name(), List.of(smallest.client), merging(id, smallest)));
    }

    /** Lets {@code targetClientId} have a segment by making all others let go of it. */
    public CompletableFuture<Outcome> move(ProcessorId id, int segment, String targetClientId) {
        List<Instance> instances = instances(id);
        Instance target = instances.stream()
                .filter(instance -> instance.client().id().equals(targetClientId))
                .findFirst()
                .orElse(null);
        if (target == null) {
            return failed(ErrorCode.MOVE_UNKNOWN_TARGET, "Target for move not found");
        }
        if (target.report().getSegmentStatusList().stream().anyMatch(status -> status.getSegmentId() == segment)) {
            return CompletableFuture.completedFuture(Outcome.SUCCESS);
        }
        if (target.report().getAvailableThreads() < 1) {
            return failed(ErrorCode.MOVE_NO_AVAILABLE_THREADS, "No available threads on target");
        }
        List<ConnectedClient> others = clientsOf(instances).stream()
                .filter(client -> !client.id().equals(targetClientId))
                .toList();
        return others.isEmpty()
                ? failed(ErrorCode.OTHER, "No other client has claimed the segment")
                : send("Move " + id.name(), others, release(id, segment));
    }

    /** Asks for a new report once the segments have changed, so that the next instruction is about the new ones. */
    private CompletableFuture<Outcome> refreshed(ProcessorId id, CompletableFuture<Outcome> outcome) {
        PlatformOutboundInstruction ask = PlatformOutboundInstruction.newBuilder()
                .setRequestEventProcessorInfo(reference(id))
                .build();
        return outcome.whenComplete((done, fault) -> clientsOf(instances(id)).forEach(client -> client.send(ask)));
    }

    private CompletableFuture<Outcome> send(
            String description, List<ConnectedClient> targets, PlatformOutboundInstruction.Builder instruction) {
        return clients.instructions().send(description, targets, instruction.build());
    }

    private List<Instance> instances(ProcessorId id) {
        return all().getOrDefault(id, List.of());
    }

    private static List<ConnectedClient> clientsOf(List<Instance> instances) {
        return instances.stream().map(Instance::client).toList();
    }

    private List<Segment> segments(ProcessorId id) {
        return instances(id).stream()
                .flatMap(instance -> instance.report().getSegmentStatusList().stream()
                        .map(status -> new Segment(instance.client(), status)))
                .toList();
    }

    private static <T> CompletableFuture<T> notFound(ProcessorId id) {
        return failed(ErrorCode.EVENT_PROCESSOR_NOT_FOUND, "Event processor not found: " + id.name());
    }

    private static <T> CompletableFuture<T> failed(ErrorCode code, String message) {
        return CompletableFuture.failedFuture(code.exception(message));
    }

    private static EventProcessorReference reference(ProcessorId id) {
        return EventProcessorReference.newBuilder().setProcessorName(id.name()).build();
    }

    private static PlatformOutboundInstruction.Builder split(ProcessorId id, Segment segment) {
        return PlatformOutboundInstruction.newBuilder().setSplitEventProcessorSegment(reference(id, segment.number()));
    }

    private static PlatformOutboundInstruction.Builder merging(ProcessorId id, Segment segment) {
        return PlatformOutboundInstruction.newBuilder().setMergeEventProcessorSegment(reference(id, segment.number()));
    }

    private static PlatformOutboundInstruction.Builder release(ProcessorId id, int segment) {
        return PlatformOutboundInstruction.newBuilder().setReleaseSegment(reference(id, segment));
    }

    private static EventProcessorSegmentReference reference(ProcessorId id, int segment) {
        return EventProcessorSegmentReference.newBuilder()
                .setProcessorName(id.name())
                .setSegmentIdentifier(segment)
                .build();
    }

    /** A segment and the client that has it. */
    private record Segment(ConnectedClient client, SegmentStatus status) {

        int number() {
            return status.getSegmentId();
        }

        /** The segment's share of the events is one in so many; the smaller the number, the larger the segment. */
        int onePartOf() {
            return status.getOnePartOf();
        }

        /** Segments are split by their highest bit, so the halves differ in just that. */
        int otherHalf() {
            return number() ^ (onePartOf() >>> 1);
        }
    }
}
