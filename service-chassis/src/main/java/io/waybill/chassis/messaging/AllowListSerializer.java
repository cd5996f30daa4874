package io.waybill.chassis.messaging;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.axonframework.serialization.RevisionResolver;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/**
 * Writes and reads every message, saga and token as JSON. The name of a stored type comes from outside, so only types
 * of Waybill, of Axon and plain values are ever loaded by it. What a later release wrote in another form is not read.
 */
final class AllowListSerializer extends Jackson3Serializer {

    private static final String WAYBILL = "io.waybill.";
    private static final List<String> ALLOWED_PACKAGES = List.of(WAYBILL, "org.axonframework.");
    private static final List<String> ALLOWED_TYPES = List.of(
            "java.lang.String",
            "java.lang.Boolean",
            "java.lang.Integer",
            "java.lang.Long",
            "java.util.ArrayList",
            "java.util.LinkedHashMap");

    private final Map<Class<?>, Integer> revisions = new ConcurrentHashMap<>();

    private AllowListSerializer(Builder builder) {
        super(builder);
    }

    /** @param revisions tells the revision that a type has in this release, a whole number; null is 0 */
    static AllowListSerializer create(RevisionResolver revisions) {
        return new AllowListSerializer(Jackson3Serializer.builder()
                .revisionResolver(revisions)
                // Axon's tokens say in their JSON which kind of token they are, as an Object, which Jackson 3 refuses
                // unless the types are named; without this a token that is not plain cannot be read back.
                .jsonMapperBuilderCustomizer(
                        json -> json.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder()
                                .allowIfSubType("org.axonframework.")
                                .build())));
    }

    /**
     * One that a message may not have is as one that nobody knows: no handler asks for it. If it were refused, a single
     * event of somebody else's in the same event store would stop every processor.
     */
    @Override
    public Class<?> classForType(SerializedType type) {
        String name = type.getName();
        if (SerializedType.emptyType().equals(type)
                || ALLOWED_TYPES.contains(name)
                || ALLOWED_PACKAGES.stream().anyMatch(name::startsWith)) {
            return super.classForType(type);
        }
        return UnknownSerializedType.class;
    }

    /**
     * Reads what {@link #serialize} wrote, in this release or an earlier one.
     *
     * @throws LaterRevision if it was a later one
     */
    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // as it is declared by Axon
    public <S, T> T deserialize(SerializedObject<S> object) {
        SerializedType type = object.getType();
        if (type.getRevision() != null && type.getName().startsWith(WAYBILL)) {
            int known = revisions.computeIfAbsent(classForType(type), this::revisionOf);
            if (number(type.getRevision()) > known) {
                throw new LaterRevision(type, known);
            }
        }
        return super.deserialize(object);
    }

    /** What this release has no type for, it has no handler for either, whatever the revision. */
    private int revisionOf(Class<?> type) {
        return type == UnknownSerializedType.class
                ? Integer.MAX_VALUE
                : number(getRevisionResolver().revisionOf(type));
    }

    private static int number(@Nullable String revision) {
        return revision == null ? 0 : Integer.parseInt(revision);
    }
}
