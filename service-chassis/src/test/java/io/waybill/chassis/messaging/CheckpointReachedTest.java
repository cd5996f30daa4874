package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import org.axonframework.serialization.AnnotationRevisionResolver;
import org.axonframework.serialization.SimpleSerializedObject;
import org.junit.jupiter.api.Test;

/** It is stored, so its name and its JSON stay as they are. */
class CheckpointReachedTest {

    private static final String NAME = "io.waybill.chassis.messaging.CheckpointReached";
    private static final String STORED = """
            {"service":"inventory-saga","processor":"checkout","position":4711}""";

    private static final CheckpointReached REACHED = new CheckpointReached("inventory-saga", "checkout", 4711);

    @Test
    void isWrittenAsEver() {
        var written =
                AllowListSerializer.create(new AnnotationRevisionResolver()).serialize(REACHED, String.class);

        assertThat(written.getType().getName()).isEqualTo(NAME);
        assertThat(written.getData()).isEqualTo(STORED);
    }

    @Test
    void isReadAsEver() {
        CheckpointReached read = AllowListSerializer.create(new AnnotationRevisionResolver())
                .deserialize(new SimpleSerializedObject<>(STORED, String.class, NAME, null));

        assertThat(read).isEqualTo(REACHED);
    }
}
