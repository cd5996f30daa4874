package io.waybill.axonserver.http;

import io.axoniq.axonserver.grpc.control.EventProcessorInfo.SegmentStatus;
import io.waybill.axonserver.routing.EventProcessors;
import io.waybill.axonserver.routing.EventProcessors.Instance;
import io.waybill.axonserver.routing.EventProcessors.ProcessorId;
import io.waybill.axonserver.routing.Outcome;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * Event processors: what they are doing, and instructions to them, under the original's paths. The method is PATCH as
 * there, which a browser sends from no other page, so that no page a developer visits can pause a processor.
 */
final class ProcessorPages {

    private static final String PROCESSOR = "/v1/components/{component}/processors/{processor}";

    private final NodeView node;

    ProcessorPages(NodeView node) {
        this.node = node;
    }

    void addTo(Routes routes) {
        routes.get("/v1/components/{component}/processors", request -> Answer.json(ofComponent(request)));
        routes.get("/v1/processors/{processor}/clients", request -> Answer.json(clients(request)));
        routes.patch(PROCESSOR + "/pause", request -> instruct(request, EventProcessors::pause, "paused"));
        routes.patch(PROCESSOR + "/start", request -> instruct(request, EventProcessors::start, "started"));
        routes.patch(PROCESSOR + "/segments/split", request -> instruct(request, EventProcessors::split, "split"));
        routes.patch(PROCESSOR + "/segments/merge", request -> instruct(request, EventProcessors::merge, "merged"));
        routes.patch(PROCESSOR + "/segments/{segment}/move", this::move);
    }

    private CompletableFuture<Answer> move(Request request) {
        int segment = segment(request.part("segment"));
        String target = request.required("target");
        return instruct(
                request,
                (processors, id) -> processors.move(id, segment, target),
                "segment %d moved".formatted(segment));
    }

    private static int segment(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new HttpFault(HttpFault.BAD_REQUEST, "The segment has to be a number");
        }
    }

    private CompletableFuture<Answer> instruct(
            Request request,
            BiFunction<EventProcessors, ProcessorId, CompletableFuture<Outcome>> instruction,
            String whatWasDone) {
        ProcessorId id = id(request);
        String message = "processor %s %s".formatted(id.name(), whatWasDone);
        return instruction
                .apply(ContextPages.context(node, request).processors(), id)
                .thenApply(outcome ->
                        Answer.outcome(outcome == Outcome.SUCCESS ? Answer.OK : Answer.ACCEPTED, true, message));
    }

    private static ProcessorId id(Request request) {
        return new ProcessorId(request.part("processor"), request.required("tokenStoreIdentifier"));
    }

    private List<String> clients(Request request) {
        return ContextPages.context(node, request).processors().all().getOrDefault(id(request), List.of()).stream()
                .map(instance -> instance.client().id())
                .distinct()
                .toList();
    }

    private List<Fields> ofComponent(Request request) {
        ContextView context = ContextPages.context(node, request);
        return context.processors().ofComponent(request.part("component")).entrySet().stream()
                .map(entry -> processor(context.name(), entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Fields processor(String context, ProcessorId id, List<Instance> instances) {
        boolean streaming = EventProcessors.isStreaming(instances);
        Fields processor = Fields.of("name", id.name())
                .and("context", context)
                .and("mode", EventProcessors.mode(instances))
                .and("isStreaming", streaming)
                .and("fullName", streaming ? id.name() + "@" + id.tokenStore() : id.name());
        return streaming ? withSegments(processor, id, instances) : processor;
    }

    private static Fields withSegments(Fields processor, ProcessorId id, List<Instance> instances) {
        boolean anyRuns =
                instances.stream().anyMatch(instance -> instance.report().getRunning());
        boolean anyStands =
                instances.stream().anyMatch(instance -> !instance.report().getRunning());
        List<SegmentStatus> segments = instances.stream()
                .flatMap(instance -> instance.report().getSegmentStatusList().stream())
                .toList();
        return processor
                .and("tokenStoreIdentifier", id.tokenStore())
                .and(
                        "freeThreadInstances",
                        instances.stream()
                                .filter(instance -> instance.report().getAvailableThreads() > 0)
                                .map(instance -> instance.client().id())
                                .toList())
                .and("activeThreads", segments.size())
                .and("canPause", anyRuns)
                .and("canPlay", anyStands)
                .and("canSplit", anyRuns)
                .and("canMerge", anyRuns && segments.stream().noneMatch(segment -> segment.getOnePartOf() == 1))
                .and("trackers", trackers(instances));
    }

    private static List<Fields> trackers(List<Instance> instances) {
        return instances.stream()
                .flatMap(instance -> instance.report().getSegmentStatusList().stream()
                        .map(segment -> new Tracker(instance.client().id(), segment)))
                .sorted(Comparator.comparingInt(tracker -> tracker.segment.getSegmentId()))
                .map(Tracker::fields)
                .toList();
    }

    private record Tracker(String clientId, SegmentStatus segment) {

        Fields fields() {
            return Fields.of("clientId", clientId)
                    .and("segmentId", segment.getSegmentId())
                    .and("caughtUp", segment.getCaughtUp())
                    .and("replaying", segment.getReplaying())
                    .and("tokenPosition", segment.getTokenPosition())
                    .and("errorState", segment.getErrorState())
                    .and("onePartOf", segment.getOnePartOf());
        }
    }
}
