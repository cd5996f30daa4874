package io.waybill.catalogue;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.waybill.catalogue.Shape.Field;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The catalogue for people. */
final class MarkdownDocument {

    private final Javadoc javadoc;
    private final StringBuilder text = new StringBuilder();

    MarkdownDocument(Javadoc javadoc) {
        this.javadoc = javadoc;
    }

    String of(List<Vocabulary> vocabularies) {
        Map<String, List<Vocabulary>> contexts =
                vocabularies.stream().collect(groupingBy(Vocabulary::context, LinkedHashMap::new, toList()));
        text.append("""
                # Messages

                Every command, event and query that crosses a process boundary: what it means, what it is in JSON, who
                makes it, which is to send it, and who handles it. `CatalogueTest` makes this from the code and fails
                when it says anything else. The same for machines is in [asyncapi.yaml](asyncapi.yaml).

                A field is always there; one without a value is null. An event that was stored in an earlier shape comes
                to its handlers in the present one: an upcaster changes it when it is read.

                """);
        table("context", "commands", "events", "queries");
        contexts.forEach((context, ofIt) ->
                row(link(title(context)), links(ofIt, Kind.COMMAND), links(ofIt, Kind.EVENT), links(ofIt, Kind.QUERY)));
        contexts.forEach((context, ofIt) -> {
            heading(2, title(context));
            text.append(javadoc.ofPackage(context)).append('\n');
            ofIt.forEach(this::vocabulary);
        });
        heading(2, "Parts");
        text.append("What messages and answers are made of.\n");
        Vocabulary.parts(vocabularies).forEach(this::part);
        return text.toString();
    }

    private static String title(String context) {
        String name = context.substring(context.lastIndexOf('.') + 1);
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static String links(List<Vocabulary> vocabularies, Kind kind) {
        return vocabularies.stream()
                .filter(vocabulary -> vocabulary.kind() == kind)
                .map(vocabulary -> link(vocabulary.name()))
                .collect(joining(", "));
    }

    private void vocabulary(Vocabulary vocabulary) {
        heading(3, vocabulary.name());
        text.append(javadoc.of(vocabulary.language())).append('\n');
        Set<Handler> ofAll = vocabulary.handlersOfAll();
        if (!ofAll.isEmpty()) {
            text.append("\nEvery one is given to ")
                    .append(places(ofAll.stream()))
                    .append(".\n");
        }
        text.append('\n');
        table(
                vocabulary.kind().name().toLowerCase(Locale.ROOT),
                "made by",
                ofAll.isEmpty() ? "handled by" : "handled by these too");
        for (Message message : vocabulary.messages()) {
            row(
                    link(message.name()),
                    names(message.makers()),
                    places(message.handlers().stream().filter(handler -> !ofAll.contains(handler))));
        }
        vocabulary.messages().forEach(this::message);
    }

    private void message(Message message) {
        heading(4, message.name());
        text.append(javadoc.of(message.type())).append("\n\n");
        text.append('`').append(message.type().getName()).append('`');
        String revision = Golden.revision(message.type());
        if (revision != null) {
            text.append(", revision ").append(revision);
        }
        Golden.firstJson(message.type())
                .ifPresent(first -> text.append("; before that without one, and brought into this shape by `")
                        .append(Golden.upcaster(message.type(), first))
                        .append('`'));
        text.append('\n');
        if (message.kind() == Kind.QUERY) {
            text.append("\nAnswer: ")
                    .append(message.handlers().stream()
                            .map(handler -> link(Shape.title(handler.answer())))
                            .distinct()
                            .collect(joining(", ")))
                    .append('\n');
        }
        fields(message.type());
        Golden.json(message.type()).ifPresent(json -> example("Example", json));
        Golden.firstJson(message.type()).ifPresent(json -> example("Before the first revision", json));
    }

    private void part(Class<?> type) {
        heading(3, Shape.title(type));
        text.append(javadoc.of(type)).append('\n');
        if (type.isRecord()) {
            fields(type);
        } else {
            text.append('\n');
            table("value", "means");
            for (Object constant : type.getEnumConstants()) {
                row("`" + constant + "`", javadoc.of(type, constant.toString()));
            }
        }
    }

    private void fields(Class<?> type) {
        List<Field> fields = Shape.fields(type);
        if (fields.isEmpty()) {
            text.append("\nNo fields.\n");
            return;
        }
        text.append('\n');
        table("field", "JSON", "means");
        for (Field field : fields) {
            row(
                    "`" + field.name() + "`",
                    json(field.shape()) + (field.nullable() ? " or null" : ""),
                    javadoc.of(type, field.name()));
        }
    }

    private static String json(Shape shape) {
        return switch (shape) {
            case Shape.Text text -> "string";
            case Shape.Time time -> "string (ISO 8601, UTC)";
            case Shape.Day day -> "string (ISO 8601 date)";
            case Shape.Flag flag -> "boolean";
            case Shape.Whole whole -> "integer (" + whole.bits() + " bits)";
            case Shape.Many many -> "array of " + json(many.element());
            case Shape.Named named -> link(Shape.title(named.type()));
        };
    }

    private void example(String title, String json) {
        text.append("\n<details><summary>")
                .append(title)
                .append("</summary>\n\n```json\n")
                .append(json)
                .append("\n```\n</details>\n");
    }

    private void heading(int level, String title) {
        text.append('\n').append("#".repeat(level)).append(' ').append(title).append("\n\n");
    }

    private void table(String... titles) {
        row(titles);
        row(Arrays.stream(titles).map(title -> "---").toArray(String[]::new));
    }

    private void row(String... cells) {
        text.append("| ")
                .append(Arrays.stream(cells)
                        .map(cell -> cell.replace("|", "\\|"))
                        .collect(joining(" | ")))
                .append(" |\n");
    }

    /** To the heading of that name, by the rule that GitHub makes its anchors by. */
    private static String link(String title) {
        return "[" + title + "](#" + title.toLowerCase(Locale.ROOT).replace(".", "") + ")";
    }

    private static String places(Stream<Handler> handlers) {
        return names(handlers.map(Handler::place).distinct().toList());
    }

    private static String names(Collection<Place> places) {
        return places.stream().collect(groupingBy(Place::service, LinkedHashMap::new, toList())).entrySet().stream()
                .map(service -> service.getValue().stream()
                        .map(place -> "`" + place.type() + "`")
                        .collect(joining(", ", "", " (" + service.getKey() + ")")))
                .collect(joining(", "));
    }
}
