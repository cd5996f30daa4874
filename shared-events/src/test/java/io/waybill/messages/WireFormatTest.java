package io.waybill.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.checkout.CheckoutEvent;
import io.waybill.messages.inventory.ProductEvent;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.payment.PaymentEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
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
    private static final List<Class<?>> LANGUAGE =
            List.of(OrderEvent.class, ProductEvent.class, StockEvent.class, PaymentEvent.class, CheckoutEvent.class);
    static final List<Object> SAMPLES = SampleEvents.ALL;

    private final Jackson3Serializer serializer = Jackson3Serializer.builder().build();
    private final JsonMapper json = new JsonMapper();

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void isWrittenAsInItsGoldenFile(Object event) throws IOException {
        var written = serializer.serialize(event, String.class);

        assertThat(json.readTree(written.getData())).isEqualTo(json.readTree(golden(event)));
    }

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void isReadFromItsGoldenFile(Object event) throws IOException {
        var stored = new SimpleSerializedObject<>(golden(event), String.class, typeName(event), null);

        assertThat(serializer.<String, Object>deserialize(stored)).isEqualTo(event);
    }

    @Test
    void everyEventHasASample() {
        assertThat(SAMPLES.stream().map(Object::getClass).toList())
                .containsExactlyInAnyOrderElementsOf(events().toList());
    }

    @Test
    void everyGoldenFileBelongsToAnEvent() throws IOException {
        try (var files = Files.list(GOLDEN)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            events().map(type -> type.getName() + ".json").toList());
        }
    }

    private static Stream<Class<?>> events() {
        return LANGUAGE.stream().flatMap(kind -> Arrays.stream(kind.getPermittedSubclasses()));
    }

    private static String typeName(Object event) {
        return event.getClass().getName();
    }

    private static String golden(Object event) throws IOException {
        return Files.readString(GOLDEN.resolve(typeName(event) + ".json"), UTF_8);
    }
}
