package io.waybill.systemtests;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The description of the API, to hold requests and answers against. It is taken more strictly than it is meant: an
 * answer may have new fields one day, but not today, without being described.
 */
final class ApiDescription {

    private static final String BASE = "/api";

    private final JsonNode document;
    private final SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<JsonNode, Schema> compiled = new ConcurrentHashMap<>();
    private final List<Operation> operations;

    /** @param document is changed: objects whose fields are described get no others */
    ApiDescription(JsonNode document) {
        close(document.path("components").path("schemas"));
        this.document = document;
        operations = operationsOf(document);
    }

    /** Reads the description that the gateway shows. */
    static ApiDescription read(Path projectRoot) {
        Path yaml = projectRoot.resolve("gateway/src/main/resources/openapi.yaml");
        try {
            return new ApiDescription(new YAMLMapper().readTree(Files.readString(yaml)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One thing that the API does.
     *
     * @param path relative to the base, such as {@code /orders/{orderId}}
     */
    record Operation(String method, String path, JsonNode description) {

        String id() {
            return description.path("operationId").asString();
        }

        private boolean isAskedBy(String requestMethod, String requestPath) {
            String pattern = path.replaceAll("\\{[^}]+}", "[^/]+");
            return method.equals(requestMethod) && requestPath.matches(pattern);
        }
    }

    JsonNode document() {
        return document;
    }

    /** All that the API does, in the order of the description. */
    List<Operation> operations() {
        return operations;
    }

    private static List<Operation> operationsOf(JsonNode document) {
        return document.path("paths")
                .propertyStream()
                .flatMap(path -> path.getValue()
                        .propertyStream()
                        .filter(item -> item.getValue().has("operationId"))
                        .map(item ->
                                new Operation(item.getKey().toUpperCase(Locale.ROOT), path.getKey(), item.getValue())))
                .toList();
    }

    /**
     * @throws AssertionError if there is none of this ID
     */
    Operation operation(String id) {
        return operations().stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("The API has no operation " + id));
    }

    /** The example of an operation's body, if it has a body. */
    Optional<JsonNode> exampleOf(Operation operation) {
        return operation
                .description()
                .path("requestBody")
                .path("content")
                .path("application/json")
                .optional("example");
    }

    /**
     * Fails unless the answer to a request is one that the description has.
     *
     * @throws AssertionError with the answer and all that is wrong with it
     */
    void check(HttpRequest request, Answer answer) {
        check(request.method(), request.uri().getPath().substring(BASE.length()), answer);
    }

    /** @param path relative to the base */
    void check(String method, String path, Answer answer) {
        Optional<Operation> asked = operations().stream()
                .filter(operation -> operation.isAskedBy(method, path))
                .findFirst();
        if (asked.isEmpty()) {
            if (answer.status() < 400) {
                throw new AssertionError(
                        "The API has no " + method + " " + path + ", but it was answered by " + answer);
            }
            checkContent(document.at("/components/responses/Problem"), answer);
            return;
        }
        JsonNode responses = asked.get().description().path("responses");
        JsonNode described = resolved(responses.path(Integer.toString(answer.status())));
        if (described.isMissingNode() && answer.status() >= 400) {
            described = resolved(responses.path("default"));
        }
        if (described.isMissingNode()) {
            throw new AssertionError(asked.get().id() + " answers nothing like " + answer);
        }
        checkContent(described, answer);
        checkHeader(described, "Location", answer.location(), answer);
        checkHeader(described, "ETag", answer.etag(), answer);
    }

    /**
     * What is wrong with a value by a schema of the description.
     *
     * @param schema with references into this description
     */
    List<String> faults(JsonNode schema, JsonNode value) {
        return compiled
                .computeIfAbsent(schema, this::compile)
                .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Error::toString)
                .toList();
    }

    private Schema compile(JsonNode schema) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.putArray("allOf").add(schema);
        whole.set("components", document.path("components"));
        return schemas.getSchema(whole);
    }

    private void checkContent(JsonNode described, Answer answer) {
        if (!described.has("content")) {
            if (!answer.body().isEmpty()) {
                throw new AssertionError("No body is described for " + answer);
            }
            return;
        }
        String type = answer.contentType().orElse("").replaceAll("\\s*;.*", "");
        JsonNode content = described.path("content").path(type);
        if (content.isMissingNode()) {
            throw new AssertionError("Content type '" + type + "' is not described for " + answer);
        }
        if (!type.equals("application/json") && !type.endsWith("+json")) {
            // Keys and lines are text, of which a schema says nothing.
            return;
        }
        List<String> faults = faults(content.path("schema"), answer.json());
        if (!faults.isEmpty()) {
            throw new AssertionError(
                    faults.stream().collect(Collectors.joining("\n", "Not as described:\n", "\nin " + answer)));
        }
    }

    private void checkHeader(JsonNode described, String name, Optional<String> value, Answer answer) {
        JsonNode header = described.path("headers").path(name);
        if (value.isEmpty() && header.path("required").asBoolean(false)) {
            throw new AssertionError("There is no header " + name + " in " + answer);
        }
        if (value.isPresent() && !header.isMissingNode()) {
            List<String> faults = faults(header.path("schema"), JsonNodeFactory.instance.stringNode(value.get()));
            if (!faults.isEmpty()) {
                throw new AssertionError("Header " + name + ": " + faults + " in " + answer);
            }
        }
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asString().substring(1)) : node;
    }

    private static void close(JsonNode node) {
        node.forEach(ApiDescription::close);
        if (node instanceof ObjectNode schema
                && schema.path("properties").isObject()
                && schema.has("type")
                && !schema.has("additionalProperties")) {
            schema.put("additionalProperties", false);
        }
    }
}
