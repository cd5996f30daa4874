package io.waybill.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.waybill.chassis.messaging.CheckpointEvent;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.operations.AuditEvent;
import io.waybill.messages.operations.DeadLetterEvent;
import io.waybill.messages.operations.ProviderEvent;
import io.waybill.messages.operations.ReadModelEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What is said between the services is written down as it is, and nothing is said that nobody hears. */
class CatalogueTest {

    private static final Path DOCS = Path.of("..", "docs");
    private static final List<Path> SOURCES = Stream.of("shared-events", "service-chassis")
            .map(module -> Path.of("..", module, "src", "main", "java"))
            .toList();

    /**
     * Nothing is to come of these. What operators and auditors did is kept by the audit, as every event is; a checkpoint is
     * read from its own stream by whoever wrote it; that a process stalled is seen in its saga, and told by the order's timeline, which takes all events of an order.
     */
    private static final Set<Class<?>> TOLD_ONLY = Stream.concat(
                    Stream.of(
                                    AuditEvent.class,
                                    DeadLetterEvent.class,
                                    ProviderEvent.class,
                                    ReadModelEvent.class,
                                    CheckpointEvent.class)
                            .flatMap(language -> Arrays.stream(language.getPermittedSubclasses())),
                    Stream.of(ProcessStalled.class))
            .collect(Collectors.toSet());

    private static List<Vocabulary> vocabularies = List.of();
    private static String markdown = "";
    private static ObjectNode asyncApi = new JsonMapper().createObjectNode();

    @BeforeAll
    static void makeTheCatalogue() throws IOException {
        var javadoc = new Javadoc(SOURCES);
        vocabularies = new Catalogue().vocabularies();
        markdown = new MarkdownDocument(javadoc).of(vocabularies);
        asyncApi = new AsyncApiDocument(javadoc).of(vocabularies);
    }

    @Test
    void theDocumentForPeopleIsAsTheCode() throws IOException {
        compare("messages.md", markdown);
    }

    @Test
    void theDocumentForMachinesIsAsTheCode() throws IOException {
        compare("asyncapi.yaml", new YAMLMapper().writeValueAsString(asyncApi));
    }

    @Test
    void everyMessageIsMadeSomewhere() {
        assertThat(messages().filter(message -> message.makers().isEmpty()).map(Message::name))
                .as("messages that nobody sends")
                .isEmpty();
    }

    @Test
    void everyCommandAndQueryIsHandledByOneClass() {
        assertThat(messages()
                        .filter(message -> message.kind() != Kind.EVENT)
                        .filter(message -> message.handlers().size() != 1)
                        .map(Message::name))
                .as("commands and queries with no handler or several")
                .isEmpty();
    }

    /** By a handler that is written for it: what takes whatever comes by, as the audit does, does not count. */
    @Test
    void everyEventIsHandledOutsideOfItsAggregate() {
        assertThat(messages()
                        .filter(message -> message.kind() == Kind.EVENT)
                        .filter(message -> message.handlers().stream()
                                .noneMatch(handler -> handler.isMeantForThem() && !handler.sourcing()))
                        .map(Message::type))
                .as("events that nobody is interested in")
                .containsExactlyInAnyOrderElementsOf(TOLD_ONLY);
    }

    /** The schemas are made from the records, the files were written by the serializer: neither knows of the other. */
    @Test
    void everyGoldenFileIsAsItsSchemaSays() {
        var json = new JsonMapper();
        var registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);
        Map<String, List<String>> faults = new TreeMap<>();
        messages()
                .forEach(message -> Golden.json(message.type()).ifPresent(example -> {
                    var schema = json.createObjectNode();
                    schema.putArray("allOf").addObject().put("$ref", "#/components/schemas/" + message.name());
                    schema.set("components", asyncApi.path("components"));
                    var found = registry.getSchema(schema).validate(json.readTree(example)).stream()
                            .map(Error::toString)
                            .toList();
                    if (!found.isEmpty()) {
                        faults.put(message.name(), found);
                    }
                }));
        assertThat(faults).isEmpty();
    }

    private static Stream<Message> messages() {
        return vocabularies.stream().flatMap(vocabulary -> vocabulary.messages().stream());
    }

    /** Writes what it should be to where it can be taken from. */
    private static void compare(String name, String document) throws IOException {
        Files.writeString(Path.of("target", name), document);
        Path committed = DOCS.resolve(name);
        assertThat(document)
                .as("docs/%s is not as the code; take what it should be: cp simulation/target/%s docs/", name, name)
                .isEqualTo(Files.exists(committed) ? Files.readString(committed) : "");
    }
}
