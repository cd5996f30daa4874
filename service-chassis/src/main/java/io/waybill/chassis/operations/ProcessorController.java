package io.waybill.chassis.operations;

import io.waybill.chassis.operations.CappedDeadLetterQueue.Fill;
import io.waybill.chassis.web.RequestRefused;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows operators how far the event processors of this service are, and what keeps them from getting on. */
@RestController
@RequestMapping("/api/ops/processors/{service}")
class ProcessorController {

    private final String name;
    private final Processors processors;

    ProcessorController(@Value("${spring.application.name}") String name, Processors processors) {
        this.name = name;
        this.processors = processors;
    }

    record ProcessorList(String service, List<Processor> processors) {}

    /**
     * @param behind number of events that it has not looked at yet
     * @param oldestUnhandled time of the first of these; null if there is none
     * @param deadLetters how many events it has parked
     */
    record Processor(
            String processor,
            ProcessorStatus.Kind kind,
            boolean running,
            boolean caughtUp,
            boolean farBehind,
            boolean rebuilding,
            long position,
            long behind,
            @Nullable Instant oldestUnhandled,
            List<ProcessorStatus.Segment> segments,
            DeadLetterCount deadLetters) {}

    /**
     * @param nearCap whether it is time to look after them
     * @param full whether the processor stops at the next event that would have to be parked
     */
    record DeadLetterCount(long letters, long sequences, long longestSequence, boolean nearCap, boolean full) {}

    @GetMapping
    ProcessorList all(@PathVariable String service) {
        if (!service.equals(name)) {
            throw RequestRefused.notFound("SERVICE_NOT_FOUND", "This is " + name + ", not " + service + ".");
        }
        return new ProcessorList(
                name, processors.all().stream().map(this::shown).toList());
    }

    private Processor shown(ProcessorStatus status) {
        Fill parked = status.parked();
        return new Processor(
                status.processor(),
                status.kind(),
                status.running(),
                status.behind() == 0,
                status.farBehind(),
                status.isRebuilding(),
                status.position(),
                status.behind(),
                status.behind() == 0 ? null : processors.timeOfNext(status.position()),
                status.segments(),
                new DeadLetterCount(
                        parked.letters(),
                        parked.sequences(),
                        parked.longestSequence(),
                        parked.isNearCap(),
                        parked.isFull()));
    }
}
