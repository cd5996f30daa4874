package io.waybill.catalogue;

import io.waybill.catalogue.Shape.Field;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The catalogue for machines, by version 3.0 of AsyncAPI: a channel for each vocabulary. */
final class AsyncApiDocument {

    private static final JsonMapper JSON = new JsonMapper();

    private final Javadoc javadoc;

    AsyncApiDocument(Javadoc javadoc) {
        this.javadoc = javadoc;
    }

    ObjectNode of(List<Vocabulary> vocabularies) {
        ObjectNode document = JSON.createObjectNode().put("asyncapi", "3.0.0");
        document.putObject("info")
                .put("title", "Waybill")
                .put("version", "1")
                .put("description", "What the services say to each other. Made from the code by CatalogueTest.");
        document.put("defaultContentType", "application/json");
        ObjectNode channels = document.putObject("channels");
        ObjectNode operations = document.putObject("operations");
        ObjectNode components = document.putObject("components");
        ObjectNode messages = components.putObject("messages");
        ObjectNode schemas = components.putObject("schemas");
        for (Vocabulary vocabulary : vocabularies) {
            channel(channels.putObject(vocabulary.name()), vocabulary);
            operations(operations, vocabulary);
            for (Message message : vocabulary.messages()) {
                message(messages.putObject(message.name()), message);
                schema(schemas, message.name(), message.type());
            }
        }
        Vocabulary.parts(vocabularies).forEach(part -> schema(schemas, Shape.title(part), part));
        return document;
    }

    private void channel(ObjectNode channel, Vocabulary vocabulary) {
        channel.put("description", javadoc.of(vocabulary.language()));
        ObjectNode messages = channel.putObject("messages");
        vocabulary
                .messages()
                .forEach(message ->
                        reference(messages.putObject(message.name()), "components", "messages", message.name()));
    }

    /** What each service sends and receives of it. */
    private static void operations(ObjectNode operations, Vocabulary vocabulary) {
        var sent = new TreeMap<String, TreeSet<String>>();
        var received = new TreeMap<String, TreeSet<String>>();
        for (Message message : vocabulary.messages()) {
            message.makers()
                    .forEach(maker -> sent.computeIfAbsent(maker.service(), service -> new TreeSet<>())
                            .add(message.name()));
            message.handlers()
                    .forEach(handler -> received.computeIfAbsent(handler.place().service(), service -> new TreeSet<>())
                            .add(message.name()));
        }
        sent.forEach((service, names) -> operation(operations, service, "send", vocabulary, names));
        received.forEach((service, names) -> operation(operations, service, "receive", vocabulary, names));
    }

    private static void operation(
            ObjectNode operations, String service, String action, Vocabulary vocabulary, SortedSet<String> names) {
        ObjectNode operation = operations
                .putObject(service.replace(' ', '-') + "." + action + "." + vocabulary.name())
                .put("action", action);
        reference(operation.putObject("channel"), "channels", vocabulary.name());
        var messages = operation.putArray("messages");
        names.forEach(name -> reference(messages.addObject(), "channels", vocabulary.name(), "messages", name));
    }

    private void message(ObjectNode node, Message message) {
        node.put("name", message.type().getName()).put("summary", javadoc.of(message.type()));
        String revision = Golden.revision(message.type());
        if (revision != null) {
            node.put("x-revision", revision);
        }
        reference(node.putObject("payload"), "components", "schemas", message.name());
        Golden.json(message.type())
                .map(JSON::readTree)
                .ifPresent(example -> node.putArray("examples").addObject().set("payload", example));
    }

    private void schema(ObjectNode schemas, String title, Class<?> type) {
        if (schemas.has(title)) {
            throw new IllegalStateException("two types are called " + title);
        }
        ObjectNode schema = schemas.putObject(title);
        schema.put("description", javadoc.of(type));
        if (type.isEnum()) {
            var values = schema.put("type", "string").putArray("enum");
            Arrays.stream(type.getEnumConstants()).map(Object::toString).forEach(values::add);
            return;
        }
        schema.put("type", "object").put("additionalProperties", false);
        var required = schema.putArray("required");
        ObjectNode properties = schema.putObject("properties");
        for (Field field : Shape.fields(type)) {
            required.add(field.name());
            ObjectNode property = properties.putObject(field.name());
            String means = javadoc.of(type, field.name());
            if (!means.isEmpty()) {
                property.put("description", means);
            }
            if (field.nullable()) {
                var either = property.putArray("oneOf");
                either.add(schema(field.shape()));
                either.addObject().put("type", "null");
            } else if (field.shape() instanceof Shape.Named && property.has("description")) {
                // Beside a reference, nothing else counts.
                property.putArray("allOf").add(schema(field.shape()));
            } else {
                property.setAll(schema(field.shape()));
            }
        }
    }

    private static ObjectNode schema(Shape shape) {
        ObjectNode schema = JSON.createObjectNode();
        return switch (shape) {
            case Shape.Text text -> schema.put("type", "string");
            case Shape.Time time -> schema.put("type", "string").put("format", "date-time");
            case Shape.Day day -> schema.put("type", "string").put("format", "date");
            case Shape.Flag flag -> schema.put("type", "boolean");
            case Shape.Whole whole -> schema.put("type", "integer").put("format", "int" + whole.bits());
            case Shape.Many many -> schema.put("type", "array").set("items", schema(many.element()));
            case Shape.Named named -> reference(schema, "components", "schemas", Shape.title(named.type()));
        };
    }

    private static ObjectNode reference(ObjectNode node, String... path) {
        return node.put("$ref", "#/" + String.join("/", path));
    }
}
