package io.waybill.chassis.messaging;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.scheduling.ScheduleToken;
import org.axonframework.lifecycle.Lifecycle;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.MessageDispatchInterceptor;

/** Nothing leaves a handler that is given an event again, or a projection ever: whoever tries fails. */
final class ReplayGuard {

    private ReplayGuard() {}

    private static void allow(Object effect) {
        if (Replay.isNow()) {
            throw new IllegalStateException("An event that only restores what was remembered led to " + effect);
        }
    }

    /** For buses. */
    static final class OfMessages<M extends Message<?>> implements MessageDispatchInterceptor<M> {

        @Override
        public BiFunction<Integer, M, M> handle(List<? extends M> messages) {
            messages.forEach(message -> allow(message.getPayloadType().getSimpleName()));
            return (index, message) -> message;
        }
    }

    /** For what is published later. */
    record OfSchedules(EventScheduler scheduler) implements EventScheduler, Lifecycle {

        @Override
        public void registerLifecycleHandlers(LifecycleRegistry registry) {
            if (scheduler instanceof Lifecycle started) {
                started.registerLifecycleHandlers(registry);
            }
        }

        @Override
        public ScheduleToken schedule(Instant at, Object event) {
            allow("a schedule");
            return scheduler.schedule(at, event);
        }

        @Override
        public ScheduleToken schedule(Duration after, Object event) {
            allow("a schedule");
            return scheduler.schedule(after, event);
        }

        @Override
        public void cancelSchedule(ScheduleToken token) {
            allow("the end of a schedule");
            scheduler.cancelSchedule(token);
        }

        @Override
        public ScheduleToken reschedule(ScheduleToken token, Duration after, Object event) {
            allow("another schedule");
            return scheduler.reschedule(token, after, event);
        }

        @Override
        public ScheduleToken reschedule(ScheduleToken token, Instant at, Object event) {
            allow("another schedule");
            return scheduler.reschedule(token, at, event);
        }

        @Override
        public void shutdown() {
            scheduler.shutdown();
        }
    }
}
