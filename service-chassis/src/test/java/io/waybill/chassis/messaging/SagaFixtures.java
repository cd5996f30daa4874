package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonIgnoreType;
import java.util.Set;
import java.util.function.Consumer;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventhandling.scheduling.ScheduleToken;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.axonframework.test.saga.SagaTestFixture;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** Axon's fixtures for sagas, set up as the chassis sets up their processors. */
public final class SagaFixtures {

    /** As {@link AllowListSerializer}, but the fixture's tokens cannot be read back. */
    private static final Serializer SERIALIZER = Jackson3Serializer.builder()
            .jsonMapperBuilderCustomizer(json -> json.addMixIn(ScheduleToken.class, Ignored.class)
                    .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder()
                            .allowIfSubType("org.axonframework.")
                            .build()))
            .build();

    private SagaFixtures() {}

    /**
     * A fixture whose sagas get {@link SagaCommands}, are stored after their commands have been answered, and are
     * checked before each event to be what would come back from the store.
     *
     * @param loaded is shown each saga that is about to be given an event
     */
    public static <S> SagaTestFixture<S> fixtureFor(Class<S> sagaType, Consumer<S> loaded) {
        var fixture = new SagaTestFixture<>(sagaType);
        fixture.registerEventHandlerInterceptor(new SagaCommands.Join("any", new Checkpoints("any", Set.of(), () -> {
            throw new IllegalStateException("There is no event store");
        })));
        var commands = new SagaCommands(
                DefaultCommandGateway.builder()
                        .commandBus(fixture.getCommandBus())
                        .build(),
                fixture.getEventBus());
        fixture.registerResource(commands);
        fixture.registerResource(new Parking(commands));
        fixture.registerResourceInjector(saga -> {
            comesBackAsItIs(saga);
            loaded.accept(sagaType.cast(saga));
        });
        return fixture;
    }

    private static void comesBackAsItIs(Object saga) {
        Object stored = SERIALIZER.deserialize(SERIALIZER.serialize(saga, String.class));
        assertThat(stored).usingRecursiveComparison().ignoringActualNullFields().isEqualTo(saga);
    }

    @JsonIgnoreType
    private static final class Ignored {}
}
