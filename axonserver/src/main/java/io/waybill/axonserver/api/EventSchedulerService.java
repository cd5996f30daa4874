package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.event.CancelScheduledEventRequest;
import io.axoniq.axonserver.grpc.event.EventSchedulerGrpc.EventSchedulerImplBase;
import io.axoniq.axonserver.grpc.event.RescheduleEventRequest;
import io.axoniq.axonserver.grpc.event.ScheduleEventRequest;
import io.axoniq.axonserver.grpc.event.ScheduleToken;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.log.EventSchedule;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Events that are published at a later time. */
public final class EventSchedulerService extends EventSchedulerImplBase {

    private final EventSchedule schedule;

    /** Creates the service over {@code schedule}. */
    public EventSchedulerService(EventSchedule schedule) {
        this.schedule = schedule;
    }

    @Override
    public void scheduleEvent(ScheduleEventRequest request, StreamObserver<ScheduleToken> reply) {
        answer(schedule.schedule(request.getInstant(), request.getEvent()), EventSchedulerService::token, reply);
    }

    @Override
    public void rescheduleEvent(RescheduleEventRequest request, StreamObserver<ScheduleToken> reply) {
        answer(
                schedule.reschedule(request.getToken(), request.getInstant(), request.getEvent()),
                EventSchedulerService::token,
                reply);
    }

    @Override
    public void cancelScheduledEvent(CancelScheduledEventRequest request, StreamObserver<InstructionAck> reply) {
        answer(
                schedule.cancel(request.getToken()),
                done -> InstructionAck.newBuilder().setSuccess(true).build(),
                reply);
    }

    private static ScheduleToken token(String token) {
        return ScheduleToken.newBuilder().setToken(token).build();
    }

    private static <T, R> void answer(CompletableFuture<T> outcome, Function<T, R> toReply, StreamObserver<R> reply) {
        var unused = outcome.whenComplete((value, fault) -> {
            if (fault != null) {
                reply.onError(AppendFaults.exception(fault));
            } else {
                reply.onNext(toReply.apply(value));
                reply.onCompleted();
            }
        });
    }
}
