package io.waybill.catalogue;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a Java type is in JSON. Only what the language uses has one; something new has to be thought about. */
sealed interface Shape {

    record Text() implements Shape {}

    /** Text as ISO 8601 says. */
    record Time() implements Shape {}

    /** Likewise, without a time. */
    record Day() implements Shape {}

    record Flag() implements Shape {}

    /** A number without a fraction, of so many bits. */
    record Whole(int bits) implements Shape {}

    /** Elements are never null. */
    record Many(Shape element) implements Shape {}

    /** A record or an enum, which has a description of its own. */
    record Named(Class<?> type) implements Shape {}

    /** A field of an object. It is always there; if it may be without a value, it is null then. */
    record Field(String name, Shape shape, boolean nullable) {}

    static List<Field> fields(Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).map(Shape::field).toList();
    }

    private static Field field(RecordComponent component) {
        AnnotatedType type = component.getAnnotatedType();
        return new Field(component.getName(), of(type), type.isAnnotationPresent(Nullable.class));
    }

    private static Shape of(AnnotatedType annotated) {
        if (annotated instanceof AnnotatedParameterizedType generic
                && generic.getType() instanceof ParameterizedType list
                && list.getRawType() == List.class) {
            return new Many(of(generic.getAnnotatedActualTypeArguments()[0]));
        }
        return switch (annotated.getType()) {
            case Class<?> type when type == String.class -> new Text();
            case Class<?> type when type == Instant.class -> new Time();
            case Class<?> type when type == LocalDate.class -> new Day();
            case Class<?> type when type == boolean.class -> new Flag();
            case Class<?> type when type == int.class -> new Whole(Integer.SIZE);
            case Class<?> type when type == long.class || type == Long.class -> new Whole(Long.SIZE);
            case Class<?> type when type.isRecord() || type.isEnum() -> new Named(type);
            default -> throw new IllegalArgumentException("what is " + annotated + " in JSON?");
        };
    }

    /** All records and enums that fields of this one have, at any depth. */
    static Stream<Class<?>> partsOf(Class<?> type) {
        return type.isRecord()
                ? fields(type).stream()
                        .flatMap(field -> field.shape().named().stream())
                        .flatMap(part -> Stream.concat(Stream.of(part), partsOf(part)))
                : Stream.empty();
    }

    /** The record or enum that this is, or is a list of. */
    private Optional<Class<?>> named() {
        return switch (this) {
            case Named named -> Optional.of(named.type());
            case Many many -> many.element().named();
            default -> Optional.empty();
        };
    }

    /** A name that no other type of the language has: parts of a record are called after it. */
    static String title(Class<?> type) {
        Class<?> outside = type.getEnclosingClass();
        return outside == null || !outside.isRecord()
                ? type.getSimpleName()
                : title(outside) + "." + type.getSimpleName();
    }
}
