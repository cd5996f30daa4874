package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.web.PastViews.Change;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class DifferenceTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int PAIRS = 5_000;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            {"a": 1}                | {"a": 1}                 | []
            {"a": 1}                | {"a": 2}                 | [{"pointer": "/a", "before": 1, "after": 2}]
            {"a": {"b": [1, 2]}}    | {"a": {"b": [1, 3]}}     | [{"pointer": "/a/b/1", "before": 2, "after": 3}]
            {"a": [1]}              | {"a": [1, {"b": 2}]}     | [{"pointer": "/a/1", "before": null, "after": {"b": 2}}]
            {"a": [1, 2]}           | {"a": [1]}               | [{"pointer": "/a/1", "before": 2, "after": null}]
            {"a": null}             | {"a": {"b": 1}}          | [{"pointer": "/a", "before": null, "after": {"b": 1}}]
            {"a": {"b": 1}}         | {"a": [1]}               | [{"pointer": "/a", "before": {"b": 1}, "after": [1]}]
            {"a": null}             | {}                       | []
            {"c/d": 1}              | {"c/d": 2}               | [{"pointer": "/c~1d", "before": 1, "after": 2}]
            """)
    void tellsWhatChangedAndWhere(String before, String after, String changes) {
        JsonNode told = JSON.valueToTree(Difference.between(JSON.readTree(before), JSON.readTree(after)));

        assertThat(told).isEqualTo(JSON.readTree(changes));
    }

    @Test
    void ofSomethingAndNothingIsAllOfIt() {
        JsonNode all = JSON.readTree("{\"a\": 1}");

        assertThat(Difference.between(null, all)).containsExactly(new Change("", null, all));
        assertThat(Difference.between(all, null)).containsExactly(new Change("", all, null));
        assertThat(Difference.between(null, null)).isEmpty();
    }

    /** Both documents are of one shape, as views are: the same fields, lists of any length, and values or none. */
    @Test
    void leadsFromOneDocumentToTheOther() {
        for (long seed = 0; seed < PAIRS; seed++) {
            var random = new Random(seed);
            ObjectNode before = document(random, 3);
            ObjectNode after = document(random, 3);

            List<Change> changes = Difference.between(before, after);

            for (Change change : changes) {
                assertThat(change.before()).as("seed %s, %s", seed, change).isNotEqualTo(change.after());
                assertThat(at(before, change)).as("seed %s, %s", seed, change).isEqualTo(change.before());
                assertThat(at(after, change)).as("seed %s, %s", seed, change).isEqualTo(change.after());
            }
            changes.forEach(change -> {
                blank(before, change);
                blank(after, change);
            });
            assertThat(said(before)).as("what else differs, seed %s", seed).isEqualTo(said(after));
        }
    }

    private static @Nullable JsonNode at(ObjectNode document, Change change) {
        JsonNode node = document.at(JsonPointer.compile(change.pointer()));
        return node.isMissingNode() ? null : node;
    }

    private static void blank(ObjectNode document, Change change) {
        JsonPointer pointer = JsonPointer.compile(change.pointer());
        JsonNode parent = document.at(pointer.head());
        String last = pointer.last().getMatchingProperty();
        if (parent instanceof ObjectNode object) {
            object.putNull(last);
        } else if (parent instanceof ArrayNode array && Integer.parseInt(last) < array.size()) {
            array.setNull(Integer.parseInt(last));
        }
    }

    /** What there is apart from nulls. */
    private static JsonNode said(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode said = NODES.objectNode();
            object.propertyStream()
                    .filter(field -> !field.getValue().isNull())
                    .forEach(field -> said.set(field.getKey(), said(field.getValue())));
            return said;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode said = NODES.arrayNode();
            array.valueStream().filter(element -> !element.isNull()).forEach(element -> said.add(said(element)));
            return said;
        }
        return node;
    }

    private static ObjectNode document(Random random, int depth) {
        ObjectNode document = NODES.objectNode();
        for (String name : List.of("a", "b/c", "d~e")) {
            document.set(name, value(random, depth));
        }
        return document;
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 5 : 3)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.numberNode(random.nextInt(2));
            case 2 -> NODES.stringNode("text " + random.nextInt(2));
            case 3 -> document(random, depth - 1);
            default -> {
                ArrayNode list = NODES.arrayNode();
                for (int i = random.nextInt(3); i > 0; i--) {
                    list.add(value(random, depth - 1));
                }
                yield list;
            }
        };
    }
}
