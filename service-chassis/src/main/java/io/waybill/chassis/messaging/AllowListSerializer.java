package io.waybill.chassis.messaging;

import java.util.List;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/**
 * Writes and reads every message, saga and token as JSON. The name of a stored type comes from outside, so only types
 * of Waybill, of Axon and plain values are ever loaded by it.
 */
final class AllowListSerializer extends Jackson3Serializer {

    private static final List<String> ALLOWED_PACKAGES = List.of("io.waybill.", "org.axonframework.");
    private static final List<String> ALLOWED_TYPES = List.of(
            "java.lang.String",
            "java.lang.Boolean",
            "java.lang.Integer",
            "java.lang.Long",
            "java.util.ArrayList",
            "java.util.LinkedHashMap");

    private AllowListSerializer(Builder builder) {
        super(builder);
    }

    static AllowListSerializer create() {
        return new AllowListSerializer(Jackson3Serializer.builder()
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
}
