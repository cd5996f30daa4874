package io.waybill.chassis.operations;

import io.waybill.chassis.operations.Failures.Failure;
import io.waybill.chassis.operations.ProcessorStatus.Kind;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Up when what this instance is asked can be answered: the event store is connected, its event processors run, and no
 * projection is far behind or fails. What is wrong with a process is told too, but makes no instance unready: nobody asks
 * processes anything, and without the instance they would not get on any better.
 */
final class MessagingHealthIndicator implements HealthIndicator {

    /** A dozen attempts, in which a peer that was restarted or a lost race is over. */
    private static final Duration FAILING_LIMIT = Duration.ofSeconds(20);

    private final BooleanSupplier connected;
    private final Supplier<List<ProcessorStatus>> processors;
    private final Clock clock;

    MessagingHealthIndicator(BooleanSupplier connected, Supplier<List<ProcessorStatus>> processors, Clock clock) {
        this.connected = connected;
        this.processors = processors;
        this.clock = clock;
    }

    @Override
    public Health health() {
        List<String> unready = new ArrayList<>();
        List<String> attention = new ArrayList<>();
        if (connected.getAsBoolean()) {
            for (ProcessorStatus processor : processors.get()) {
                (processor.kind() == Kind.PROJECTION ? unready : attention).addAll(faults(processor));
                (processor.running() ? attention : unready).addAll(warnings(processor));
            }
        } else {
            unready.add("The event store is not connected.");
        }
        return (unready.isEmpty() ? Health.up() : Health.down())
                .withDetail("unready", unready)
                .withDetail("attention", attention)
                .build();
    }

    private List<String> faults(ProcessorStatus processor) {
        String name = processor.processor();
        Stream<String> failing = processor
                .failures()
                .filter(failure -> failure.since().isBefore(clock.instant().minus(FAILING_LIMIT)))
                .map(failure -> name + " has been failing since " + failure.since() + place(failure) + failure.error());
        Stream<String> behind = processor.farBehind()
                ? Stream.of(name + (processor.isRebuilding() ? " is being rebuilt, and is " : " is ")
                        + processor.behind() + " events behind.")
                : Stream.empty();
        return Stream.concat(failing, behind).distinct().toList();
    }

    private static List<String> warnings(ProcessorStatus processor) {
        List<String> warnings = new ArrayList<>();
        if (!processor.running()) {
            warnings.add(processor.processor() + " does not run.");
        }
        if (processor.parked().isNearCap()) {
            warnings.add(processor.processor() + " has parked "
                    + processor.parked().letters() + " events, and will stop when there is no room for more.");
        }
        return warnings;
    }

    private static String place(Failure failure) {
        return failure.event() == null
                ? " with the events " + failure.firstPosition() + " to " + failure.lastPosition() + ": "
                : " at event " + failure.event().position() + ", "
                        + failure.event().type() + ": ";
    }
}
