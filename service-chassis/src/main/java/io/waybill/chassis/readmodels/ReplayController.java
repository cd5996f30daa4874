package io.waybill.chassis.readmodels;

import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.readmodels.Rebuild.State;
import io.waybill.chassis.web.LiveStreams;
import io.waybill.messages.operations.ReadModelEvent.RebuildDiscarded;
import io.waybill.messages.operations.ReadModelEvent.RebuildRolledBack;
import io.waybill.messages.operations.ReadModelEvent.RebuildShown;
import io.waybill.messages.operations.ReadModelEvent.RebuildStarted;
import jakarta.validation.constraints.NotBlank;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Has read models of this service made once more from all events, beside the ones that are shown. What is decided is an
 * event, so that it is known who did. The ID of a rebuild begins with the service's name, by which the gateway finds it;
 * which service has a projection the gateway asks all of them, so that is not public.
 */
@RestController
class ReplayController {

    private static final String OF_THIS_SERVICE = "/internal/replays";
    private static final String ONE = "/api/audit/replays/{id}";

    private final String name;
    private final ReadModels models;
    private final RequestEvents events;
    private final LiveStreams streams;

    ReplayController(
            @Value("${spring.application.name}") String name,
            ReadModels models,
            RequestEvents events,
            LiveStreams streams) {
        this.name = name;
        this.models = models;
        this.events = events;
        this.streams = streams;
    }

    /**
     * What is asked for.
     *
     * @param projection name of an event processor that is a projection
     * @param verify whether it is only to be compared with what is shown, and cleared away
     */
    record Request(@NotBlank String projection, @Nullable Boolean verify) {}

    /**
     * A read model.
     *
     * @param rebuild the last one; null if there was none
     */
    record Shown(String projection, Slot live, @Nullable Replay rebuild) {}

    record All(String service, List<Shown> readModels) {}

    /** A {@link Rebuild} as operators see it. */
    record Replay(
            String id,
            String projection,
            boolean verify,
            State state,
            Instant startedAt,
            @Nullable Instant endedAt,
            ReadModels.Progress progress,
            @Nullable Comparison comparison) {}

    @GetMapping(OF_THIS_SERVICE)
    All all() {
        return new All(
                name,
                models.all().stream()
                        .map(model -> new Shown(
                                model.projection(), model.live(), model.rebuild() == null ? null : shown(model)))
                        .toList());
    }

    @PostMapping(OF_THIS_SERVICE)
    ResponseEntity<Replay> start(@RequestBody Request request) {
        boolean verify = request.verify() != null && request.verify();
        Rebuild rebuild = models.start(request.projection(), verify);
        events.publish(new RebuildStarted(name, request.projection(), rebuild.id(), verify));
        return ResponseEntity.accepted()
                .location(URI.create("/api/audit/replays/" + rebuild.id()))
                .body(one(rebuild.id()));
    }

    @GetMapping(ONE)
    Replay one(@PathVariable String id) {
        return shown(models.find(id));
    }

    /** The rebuild as it is now, and whenever it has got on. */
    @GetMapping(path = ONE + "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter stream(@PathVariable String id) {
        // Whoever asks for one that is not there is told so now.
        var unused = models.find(id);
        return streams.open(wake -> new RebuildStream(() -> one(id)));
    }

    @PostMapping(ONE + "/switch")
    Replay show(@PathVariable String id) {
        models.switchTo(id);
        Replay shown = one(id);
        events.publish(new RebuildShown(name, shown.projection(), id));
        return shown;
    }

    @PostMapping(ONE + "/rollback")
    Replay rollBack(@PathVariable String id) {
        models.rollBack(id);
        Replay shown = one(id);
        events.publish(new RebuildRolledBack(name, shown.projection(), id));
        return shown;
    }

    @PostMapping(ONE + "/discard")
    Replay discard(@PathVariable String id) {
        models.discard(id);
        Replay shown = one(id);
        events.publish(new RebuildDiscarded(name, shown.projection(), id));
        return shown;
    }

    private Replay shown(ReadModel model) {
        Rebuild rebuild = ReadModels.rebuildOf(model);
        return new Replay(
                rebuild.id(),
                model.projection(),
                rebuild.verify(),
                rebuild.state(),
                rebuild.startedAt(),
                rebuild.endedAt(),
                models.progress(model),
                rebuild.comparison());
    }
}
