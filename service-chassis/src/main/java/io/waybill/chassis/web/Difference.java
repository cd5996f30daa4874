package io.waybill.chassis.web;

import io.waybill.chassis.web.PastViews.Change;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Where two JSON documents differ, as deep down as they can be told apart. Elements of arrays go by their index. */
final class Difference {

    private final List<Change> changes = new ArrayList<>();

    private Difference() {}

    /** All changes in the order of the later document, none if they are equal. Null is a document that is not there. */
    static List<Change> between(@Nullable JsonNode before, @Nullable JsonNode after) {
        var difference = new Difference();
        difference.compare("", before, after);
        return difference.changes;
    }

    private void compare(String pointer, @Nullable JsonNode before, @Nullable JsonNode after) {
        if (before instanceof ObjectNode was && after instanceof ObjectNode is) {
            Set<String> names = new LinkedHashSet<>(is.propertyNames());
            names.addAll(was.propertyNames());
            for (String name : names) {
                String escaped = name.replace("~", "~0").replace("/", "~1");
                compare(pointer + "/" + escaped, was.get(name), is.get(name));
            }
        } else if (before instanceof ArrayNode was && after instanceof ArrayNode is) {
            for (int i = 0; i < Math.max(was.size(), is.size()); i++) {
                compare(pointer + "/" + i, was.get(i), is.get(i));
            }
        } else if ((isThere(before) || isThere(after)) && !Objects.equals(before, after)) {
            changes.add(new Change(pointer, before, after));
        }
    }

    private static boolean isThere(@Nullable JsonNode node) {
        return node != null && !node.isNull();
    }
}
