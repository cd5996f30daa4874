package io.waybill.axonserver.api;

import com.google.protobuf.Empty;
import io.axoniq.axonserver.grpc.Component;
import io.axoniq.axonserver.grpc.admin.AdminActionResult;
import io.axoniq.axonserver.grpc.admin.EventProcessor;
import io.axoniq.axonserver.grpc.admin.EventProcessorAdminServiceGrpc.EventProcessorAdminServiceImplBase;
import io.axoniq.axonserver.grpc.admin.EventProcessorIdentifier;
import io.axoniq.axonserver.grpc.admin.EventProcessorInstance;
import io.axoniq.axonserver.grpc.admin.EventProcessorSegment;
import io.axoniq.axonserver.grpc.admin.LoadBalanceRequest;
import io.axoniq.axonserver.grpc.admin.LoadBalancingStrategy;
import io.axoniq.axonserver.grpc.admin.MoveSegment;
import io.axoniq.axonserver.grpc.admin.Result;
import io.axoniq.axonserver.grpc.control.EventProcessorInfo.SegmentStatus;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.routing.ConnectedClients;
import io.waybill.axonserver.routing.EventProcessors;
import io.waybill.axonserver.routing.EventProcessors.Instance;
import io.waybill.axonserver.routing.EventProcessors.ProcessorId;
import io.waybill.axonserver.routing.Outcome;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * What the processors of all contexts are doing, and instructions to them. A request that names no context means that
 * of the caller.
 */
public final class EventProcessorAdminService extends EventProcessorAdminServiceImplBase {

    /** The strategy that leaves segments where they are, by the name under which clients set it. */
    private static final LoadBalancingStrategy NO_BALANCING = LoadBalancingStrategy.newBuilder()
            .setStrategy("default")
            .setLabel("Disabled")
            .build();

    /** A context that is named in a request and does not exist is, as in the original, one without processors. */
    private static final EventProcessors NO_PROCESSORS = new EventProcessors(new ConnectedClients());

    private final String callersContext;
    private final Map<String, EventProcessors> processorsByContext;

    /** Creates the service for callers of one context over the processors of all. */
    public EventProcessorAdminService(String callersContext, Map<String, EventProcessors> processorsByContext) {
        this.callersContext = callersContext;
        this.processorsByContext = processorsByContext;
    }

    @Override
    public void pauseEventProcessor(EventProcessorIdentifier processor, StreamObserver<AdminActionResult> reply) {
        instruct(processor, EventProcessors::pause, reply);
    }

    @Override
    public void startEventProcessor(EventProcessorIdentifier processor, StreamObserver<AdminActionResult> reply) {
        instruct(processor, EventProcessors::start, reply);
    }

    @Override
    public void splitEventProcessor(EventProcessorIdentifier processor, StreamObserver<AdminActionResult> reply) {
        instruct(processor, EventProcessors::split, reply);
    }

    @Override
    public void mergeEventProcessor(EventProcessorIdentifier processor, StreamObserver<AdminActionResult> reply) {
        instruct(processor, EventProcessors::merge, reply);
    }

    @Override
    public void moveEventProcessorSegment(MoveSegment request, StreamObserver<AdminActionResult> reply) {
        instruct(
                request.getEventProcessor(),
                (processors, id) -> processors.move(id, request.getSegment(), request.getTargetClientId()),
                reply);
    }

    private void instruct(
            EventProcessorIdentifier processor,
            BiFunction<EventProcessors, ProcessorId, CompletableFuture<Outcome>> instruction,
            StreamObserver<AdminActionResult> reply) {
        String context = processor.getContextName().isEmpty() ? callersContext : processor.getContextName();
        EventProcessors processors = processorsByContext.getOrDefault(context, NO_PROCESSORS);
        ProcessorId id = new ProcessorId(processor.getProcessorName(), processor.getTokenStoreIdentifier());
        var unused = instruction.apply(processors, id).whenComplete((outcome, fault) -> {
            if (fault != null) {
                reply.onError(fault);
            } else {
                Result result = outcome == Outcome.SUCCESS ? Result.SUCCESS : Result.ACCEPTED;
                reply.onNext(AdminActionResult.newBuilder().setResult(result).build());
                reply.onCompleted();
            }
        });
    }

    @Override
    public void getAllEventProcessors(Empty request, StreamObserver<EventProcessor> reply) {
        processorsByContext.forEach((context, processors) -> send(context, processors.all(), reply));
        reply.onCompleted();
    }

    @Override
    public void getEventProcessorsByComponent(Component request, StreamObserver<EventProcessor> reply) {
        processorsByContext.forEach(
                (context, processors) -> send(context, processors.ofComponent(request.getComponent()), reply));
        reply.onCompleted();
    }

    private static void send(
            String context, Map<ProcessorId, List<Instance>> processors, StreamObserver<EventProcessor> reply) {
        processors.forEach((id, instances) -> reply.onNext(processor(context, id, instances)));
    }

    private static EventProcessor processor(String context, ProcessorId id, List<Instance> instances) {
        EventProcessor.Builder processor = EventProcessor.newBuilder()
                .setIdentifier(EventProcessorIdentifier.newBuilder()
                        .setProcessorName(id.name())
                        .setTokenStoreIdentifier(id.tokenStore())
                        .setContextName(context))
                .setMode(EventProcessors.mode(instances))
                .setIsStreaming(EventProcessors.isStreaming(instances));
        for (Instance instance : instances) {
            EventProcessorInstance.Builder reported = processor
                    .addClientInstanceBuilder()
                    .setClientId(instance.client().id())
                    .setIsRunning(instance.report().getRunning())
                    .setMaxCapacity(instance.capacity());
            for (SegmentStatus segment : instance.report().getSegmentStatusList()) {
                reported.addClaimedSegment(segment(segment, instance.client().id()));
            }
        }
        return processor.build();
    }

    private static EventProcessorSegment segment(SegmentStatus segment, String clientId) {
        return EventProcessorSegment.newBuilder()
                .setId(segment.getSegmentId())
                .setOnePartOf(segment.getOnePartOf())
                .setClaimedBy(clientId)
                .setIsCaughtUp(segment.getCaughtUp())
                .setIsReplaying(segment.getReplaying())
                .setTokenPosition(segment.getTokenPosition())
                .setIsInError(!segment.getErrorState().isEmpty())
                .setError(segment.getErrorState())
                .build();
    }

    @Override
    public void loadBalanceProcessor(LoadBalanceRequest request, StreamObserver<Empty> reply) {
        balance(request, reply);
    }

    @Override
    public void setAutoLoadBalanceStrategy(LoadBalanceRequest request, StreamObserver<Empty> reply) {
        balance(request, reply);
    }

    private static void balance(LoadBalanceRequest request, StreamObserver<Empty> reply) {
        if (request.getStrategy().equals(NO_BALANCING.getStrategy())) {
            reply.onCompleted();
        } else {
            reply.onError(Status.UNIMPLEMENTED
                    .withDescription(
                            "This node does not balance segments; the only strategy is '%s', which does nothing"
                                    .formatted(NO_BALANCING.getStrategy()))
                    .asRuntimeException());
        }
    }

    @Override
    public void getBalancingStrategies(Empty request, StreamObserver<LoadBalancingStrategy> reply) {
        reply.onNext(NO_BALANCING);
        reply.onCompleted();
    }
}
