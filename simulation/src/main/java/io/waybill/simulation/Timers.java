package io.waybill.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.scheduling.ScheduleToken;
import org.axonframework.eventhandling.scheduling.java.SimpleScheduleToken;

/** Events that are to be published later. */
final class Timers implements EventScheduler {

    private final Supplier<Instant> now;
    private final List<Timer> timers = new ArrayList<>();
    private int scheduled;

    Timers(Supplier<Instant> now) {
        this.now = now;
    }

    record Timer(Instant at, EventMessage<?> event, String token) {}

    void clear() {
        timers.clear();
        scheduled = 0;
    }

    List<Timer> waiting() {
        return timers;
    }

    @Override
    public ScheduleToken schedule(Instant at, Object event) {
        Claim.checkNoReplay(event);
        String token = "timer-" + ++scheduled;
        timers.add(new Timer(at, GenericEventMessage.asEventMessage(event), token));
        return new SimpleScheduleToken(token);
    }

    @Override
    public ScheduleToken schedule(Duration after, Object event) {
        return schedule(now.get().plus(after), event);
    }

    @Override
    public void cancelSchedule(ScheduleToken token) {
        timers.removeIf(timer -> timer.token().equals(((SimpleScheduleToken) token).getTokenId()));
    }
}
