package io.waybill.chassis.web;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compares a JSON tree with the record that it is to become, and takes out what does not fit. Jackson alone would
 * stop at the first misfit, and would turn {@code "5"} and {@code 5.7} into 5.
 */
final class Shape {

    private final List<InvalidRequest.Fault> misfits = new ArrayList<>();

    /**
     * Every misfit of the tree, which afterwards has none. A root that does not fit at all is reported as the only
     * one.
     */
    static List<InvalidRequest.Fault> takeMisfitsOutOf(@Nullable JsonNode root, Type type) {
        var shape = new Shape();
        shape.fits(root, type, "");
        return shape.misfits;
    }

    private boolean fits(@Nullable JsonNode node, Type type, String pointer) {
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return node instanceof ArrayNode array
                    ? elementsFit(array, list.getActualTypeArguments()[0], pointer)
                    : misfit(pointer, "an array");
        }
        if (type instanceof Class<?> record && record.isRecord()) {
            return node instanceof ObjectNode object
                    ? fieldsFit(object, record, pointer)
                    : misfit(pointer, "an object");
        }
        if (node == null) {
            return misfit(pointer, "a value");
        }
        if (type == String.class) {
            return node.isString() || misfit(pointer, "a string");
        }
        if (type == Integer.class) {
            return (node.isIntegralNumber() && node.canConvertToInt()) || misfit(pointer, "a whole number of 32 bits");
        }
        if (type == Long.class) {
            return (node.isIntegralNumber() && node.canConvertToLong()) || misfit(pointer, "a whole number of 64 bits");
        }
        if (type == Boolean.class) {
            return node.isBoolean() || misfit(pointer, "true or false");
        }
        throw new IllegalStateException("A body cannot have a field of type " + type);
    }

    private boolean elementsFit(ArrayNode array, Type type, String pointer) {
        for (int i = 0; i < array.size(); i++) {
            if (!array.get(i).isNull() && !fits(array.get(i), type, pointer + "/" + i)) {
                array.setNull(i);
            }
        }
        return true;
    }

    private boolean fieldsFit(ObjectNode object, Class<?> type, String pointer) {
        RecordComponent[] components = type.getRecordComponents();
        Set<String> known =
                Arrays.stream(components).map(RecordComponent::getName).collect(Collectors.toSet());
        for (String name : List.copyOf(object.propertyNames())) {
            if (!known.contains(name)) {
                object.remove(name);
                String escaped = name.replace("~", "~0").replace("/", "~1");
                misfits.add(new InvalidRequest.Fault(
                        pointer + "/" + escaped, "UNKNOWN_FIELD", "There is no field of this name."));
            }
        }
        for (RecordComponent component : components) {
            @Nullable JsonNode field = object.get(component.getName());
            if (field != null
                    && !field.isNull()
                    && !fits(field, component.getGenericType(), pointer + "/" + component.getName())) {
                object.putNull(component.getName());
            }
        }
        return true;
    }

    private boolean misfit(String pointer, String expected) {
        misfits.add(new InvalidRequest.Fault(pointer, "WRONG_TYPE", "Expected " + expected + "."));
        return false;
    }
}
