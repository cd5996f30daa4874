package io.waybill.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.axonframework.eventhandling.GenericDomainEventEntry;
import org.axonframework.serialization.Revision;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.axonframework.serialization.upcasting.event.EventUpcaster;
import org.axonframework.serialization.upcasting.event.InitialEventRepresentation;
import org.axonframework.serialization.upcasting.event.IntermediateEventRepresentation;
import org.jspecify.annotations.Nullable;

/** How events are stored: the files that the wire format is pinned by. */
final class Golden {

    private static final Path FILES = Path.of("..", "shared-events", "src", "test", "resources", "golden");

    private static final Jackson3Serializer SERIALIZER =
            Jackson3Serializer.builder().build();

    private Golden() {}

    /** The revision that is written now; null if there has been no other. */
    static @Nullable String revision(Class<?> event) {
        Revision revision = event.getAnnotation(Revision.class);
        return revision == null ? null : revision.value();
    }

    /** An example of what is written now; none of a message that is not stored. */
    static Optional<String> json(Class<?> message) {
        return read(message, revision(message));
    }

    /** An example from before the first revision, if there is a revision. */
    static Optional<String> firstJson(Class<?> event) {
        return revision(event) == null ? Optional.empty() : read(event, null);
    }

    /** Name of the upcaster that reads such an example: the one that makes another revision of it. */
    static String upcaster(Class<?> event, String firstJson) {
        var stored = new InitialEventRepresentation(
                new GenericDomainEventEntry<>(
                        "aggregate",
                        "id",
                        0,
                        "event",
                        Instant.EPOCH.toString(),
                        event.getName(),
                        null,
                        firstJson.getBytes(UTF_8),
                        "{}".getBytes(UTF_8)),
                SERIALIZER);
        return ServiceLoader.load(EventUpcaster.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(upcaster -> upcaster.upcast(Stream.<IntermediateEventRepresentation>of(stored))
                        .anyMatch(read -> read.getType().getRevision() != null))
                .map(upcaster -> upcaster.getClass().getSimpleName())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no upcaster reads the first shape of " + event));
    }

    private static Optional<String> read(Class<?> message, @Nullable String revision) {
        Path file = FILES.resolve(message.getName() + (revision == null ? "" : "@" + revision) + ".json");
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
