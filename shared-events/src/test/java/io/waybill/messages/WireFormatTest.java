package io.waybill.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.checkout.CheckoutEvent;
import io.waybill.messages.checkout.ProcessEvent;
import io.waybill.messages.inventory.ProductEvent;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.operations.AuditEvent;
import io.waybill.messages.operations.DeadLetterEvent;
import io.waybill.messages.operations.ProviderEvent;
import io.waybill.messages.operations.ReadModelEvent;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.ReconciliationEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.axonframework.eventhandling.GenericDomainEventEntry;
import org.axonframework.serialization.Revision;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.axonframework.serialization.upcasting.event.EventUpcaster;
import org.axonframework.serialization.upcasting.event.EventUpcasterChain;
import org.axonframework.serialization.upcasting.event.InitialEventRepresentation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stored events outlive the code that wrote them: names and JSON of every event are pinned by a file of that name. To
 * add an event, add its sample and its file; to change one, give it a revision, an upcaster and a second file.
 */
class WireFormatTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final List<Class<?>> LANGUAGE = List.of(
            OrderEvent.class,
            ProductEvent.class,
            StockEvent.class,
            PaymentEvent.class,
            CheckoutEvent.class,
            ProcessEvent.class,
            ReconciliationEvent.class,
            DeadLetterEvent.class,
            ProviderEvent.class,
            ReadModelEvent.class,
            AuditEvent.class);
    static final List<Object> SAMPLES = SampleEvents.ALL;
    static final List<Object> OLD_SAMPLES = SampleEvents.FROM_BEFORE_REVISION_1;

    private final Jackson3Serializer serializer = Jackson3Serializer.builder().build();
    private final JsonMapper json = new JsonMapper();

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void isWrittenAsInItsGoldenFile(Object event) throws IOException {
        var written = serializer.serialize(event, String.class);

        assertThat(json.readTree(written.getData()))
                .isEqualTo(json.readTree(golden(event.getClass(), revision(event))));
    }

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void isReadFromItsGoldenFile(Object event) throws IOException {
        assertThat(read(event.getClass(), revision(event))).isEqualTo(event);
    }

    @ParameterizedTest
    @FieldSource("OLD_SAMPLES")
    void isReadFromTheGoldenFileOfItsFirstShape(Object event) throws IOException {
        assertThat(read(event.getClass(), null)).isEqualTo(event);
    }

    @Test
    void everyEventOfARevisionHasASampleOfItsFirstShape() {
        assertThat(OLD_SAMPLES.stream().map(Object::getClass).toList())
                .containsExactlyInAnyOrderElementsOf(
                        events().filter(type -> revision(type) != null).toList());
    }

    @Test
    void everyEventHasASample() {
        assertThat(SAMPLES.stream().map(Object::getClass).toList())
                .containsExactlyInAnyOrderElementsOf(events().toList());
    }

    @Test
    void everyGoldenFileBelongsToAnEvent() throws IOException {
        Stream<String> current = events().map(type -> fileName(type, revision(type)));
        Stream<String> first = OLD_SAMPLES.stream().map(event -> fileName(event.getClass(), null));
        try (var files = Files.list(GOLDEN)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.concat(current, first).toList());
        }
    }

    private static Stream<Class<?>> events() {
        return LANGUAGE.stream().flatMap(kind -> Arrays.stream(kind.getPermittedSubclasses()));
    }

    /** Reads a golden file the way a service reads a stored event. */
    private Object read(Class<?> type, @Nullable String revision) throws IOException {
        var stored = new GenericDomainEventEntry<>(
                "aggregate",
                "id",
                0,
                "event",
                Instant.EPOCH.toString(),
                type.getName(),
                revision,
                golden(type, revision).getBytes(UTF_8),
                "{}".getBytes(UTF_8));
        var upcasters = new EventUpcasterChain(ServiceLoader.load(EventUpcaster.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
        var read = upcasters
                .upcast(Stream.of(new InitialEventRepresentation(stored, serializer)))
                .toList();
        assertThat(read).hasSize(1);
        return serializer.deserialize(read.getFirst().getData());
    }

    private static @Nullable String revision(Object event) {
        return revision(event.getClass());
    }

    private static @Nullable String revision(Class<?> type) {
        @Nullable Revision revision = type.getAnnotation(Revision.class);
        return revision == null ? null : revision.value();
    }

    private static String fileName(Class<?> type, @Nullable String revision) {
        return type.getName() + (revision == null ? "" : "@" + revision) + ".json";
    }

    private static String golden(Class<?> type, @Nullable String revision) throws IOException {
        return Files.readString(GOLDEN.resolve(fileName(type, revision)), UTF_8);
    }
}
