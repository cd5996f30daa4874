package io.waybill.chassis.readmodels;

import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.readmodels.Rebuild.State;
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
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Has read models of this service made once more from all events, beside the ones that are shown. What is decided is an
 * event, so that it is known who did. The gateway finds the service that an operator means, so this is not public.
 */
@RestController
@RequestMapping("/internal/replays")
class ReplayController {

    private final String name;
    private final ReadModels models;
    private final RequestEvents events;

    ReplayController(@Value("${spring.application.name}") String name, ReadModels models, RequestEvents events) {
        this.name = name;
        this.models = models;
        this.events = events;
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

    @GetMapping
    All all() {
        return new All(
                name,
                models.all().stream()
                        .map(model -> new Shown(
                                model.projection(), model.live(), model.rebuild() == null ? null : shown(model)))
                        .toList());
    }

    @PostMapping
    ResponseEntity<Replay> start(@RequestBody Request request) {
        boolean verify = request.verify() != null && request.verify();
        Rebuild rebuild = models.start(request.projection(), verify);
        events.publish(new RebuildStarted(name, request.projection(), rebuild.id(), verify));
        return ResponseEntity.accepted()
                .location(URI.create("/api/audit/replays/" + rebuild.id()))
                .body(one(rebuild.id()));
    }

    @GetMapping("/{id}")
    Replay one(@PathVariable String id) {
        return shown(models.find(id));
    }

    @PostMapping("/{id}/switch")
    Replay show(@PathVariable String id) {
        models.switchTo(id);
        Replay shown = one(id);
        events.publish(new RebuildShown(name, shown.projection(), id));
        return shown;
    }

    @PostMapping("/{id}/rollback")
    Replay rollBack(@PathVariable String id) {
        models.rollBack(id);
        Replay shown = one(id);
        events.publish(new RebuildRolledBack(name, shown.projection(), id));
        return shown;
    }

    @PostMapping("/{id}/discard")
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
