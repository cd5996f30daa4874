package io.waybill.inventory.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.Parking;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.SimpleEventBus;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.scheduling.ScheduleToken;
import org.axonframework.eventhandling.scheduling.java.SimpleScheduleToken;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.NoMoreInterceptors;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.saga.AnnotatedSaga;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.metamodel.AnnotationSagaMetaModelFactory;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.axonframework.test.utils.RecordingCommandBus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** What the fixtures cannot store and load: the token of a deadline, and what the release before stored. */
class CheckoutSagaStorageTest {

    private static final Instant PLACED_AT = Instant.parse("2026-11-01T12:00:00Z");

    /** Set up as the chassis does. */
    private final Serializer serializer = Jackson3Serializer.builder()
            .jsonMapperBuilderCustomizer(json -> json.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder()
                    .allowIfSubType("org.axonframework.")
                    .build()))
            .build();

    private final RecordingCommandBus bus = new RecordingCommandBus();
    private final SagaCommands commands = new SagaCommands(
            DefaultCommandGateway.builder().commandBus(bus).build(),
            SimpleEventBus.builder().build());
    private final OneDeadline scheduler = new OneDeadline();

    @Test
    void takesItsDeadlineBackAfterItWasStoredAndLoaded() {
        var saga = new CheckoutSaga();
        DefaultUnitOfWork.startAndGet(null)
                .execute(() -> saga.on(
                        CheckoutSagaTest.PLACED,
                        PLACED_AT,
                        new CheckoutProperties(Duration.ofMinutes(15)),
                        scheduler,
                        commands));

        CheckoutSaga loaded = serializer.deserialize(serializer.serialize(saga, String.class));
        var batch = DefaultUnitOfWork.startAndGet(null);
        batch.execute(() -> loaded.on(new OrderConfirmed(Samples.ORDER, List.of()), scheduler, commands));

        assertThat(scheduler.cancelled).containsExactly(scheduler.token);
    }

    static List<Object> endsOfACaptureOfOld() {
        return List.of(
                new PaymentCaptured(Samples.PAYMENT, Samples.ORDER, Samples.PAYMENT, Samples.PAYMENT, Samples.TOTAL),
                new CaptureRefused(Samples.PAYMENT, Samples.ORDER, Samples.PAYMENT, "CAPTURE_REFUSED"),
                Samples.CANCELLED_FROM_CONFIRMED);
    }

    @ParameterizedTest
    @MethodSource("endsOfACaptureOfOld")
    void sagaOfOldThatTookMoneyOnConfirmationEndsWithTheAnswer(Object end) throws Exception {
        AnnotatedSaga<CheckoutSaga> saga = ofOld("CAPTURING");

        handle(saga, end);

        assertThat(saga.isActive()).isFalse();
        assertThat(bus.getDispatchedCommands()).isEmpty();
    }

    @Test
    void sagaOfOldThatCancelsItsOrderEndsOnceThatIsDone() throws Exception {
        AnnotatedSaga<CheckoutSaga> saga = ofOld("CANCELLING");

        handle(saga, Samples.CANCELLED_FROM_CONFIRMED);

        assertThat(saga.isActive()).isFalse();
        assertThat(bus.getDispatchedCommands()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CAPTURING", "CANCELLING"})
    void sagaOfOldCanBeSeenAndResolved(String step) throws Exception {
        AnnotatedSaga<CheckoutSaga> saga = ofOld(step);

        ProcessView view = saga.root().view();
        handle(saga, new ProcessRetried(view.orderId(), view.processId(), view.process()));
        handle(saga, new ProcessResolved(view.orderId(), view.processId(), view.process(), Samples.RESOLUTION));

        assertThat(view.step()).isEqualTo(step);
        assertThat(saga.isActive()).isFalse();
        assertThat(bus.getDispatchedCommands()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESERVING", "AUTHORIZING"})
    void sagaOfOldStillTimesOut(String step) throws Exception {
        AnnotatedSaga<CheckoutSaga> saga = ofOld(step);

        handle(saga, new CheckoutDeadlinePassed(Samples.ORDER, PLACED_AT));

        assertThat(sent()).containsExactly(new RejectOrder(Samples.ORDER, "CHECKOUT_TIMED_OUT"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESERVING", "AUTHORIZING", "CONFIRMING", "REJECTING"})
    void sagaOfOldCanBeSeenAndTriedAgainAtEachOfItsSteps(String step) throws Exception {
        AnnotatedSaga<CheckoutSaga> saga = ofOld(step);

        ProcessView view = saga.root().view();
        handle(saga, new ProcessRetried(view.orderId(), view.processId(), view.process()));

        assertThat(view.step()).isEqualTo(step);
        assertThat(saga.isActive()).isTrue();
    }

    @Test
    void sagaOfOldGoesOnToConfirmItsOrder() throws Exception {
        AnnotatedSaga<CheckoutSaga> saga = ofOld("RESERVING");

        handle(saga, CheckoutSagaTest.TEA_RESERVED);
        handle(saga, CheckoutSagaTest.CUP_RESERVED);

        assertThat(sent()).containsExactly(CheckoutSagaTest.AUTHORIZE);
    }

    /** As the release before wrote it: an order without an exchange, and nothing of what sagas remember by now. */
    private AnnotatedSaga<CheckoutSaga> ofOld(String step) {
        String stored = """
                {"order":{"orderId":"%s","customerId":"customer-7","lines":[
                {"sku":"TEA","quantity":2,"unitPrice":{"minor":1250,"currency":"EUR"}},
                {"sku":"CUP","quantity":3,"unitPrice":{"minor":999,"currency":"EUR"}}],
                "total":{"minor":5497,"currency":"EUR"},"shippingAddress":{"name":"Ada Lovelace",
                "line1":"12 St James's Square","line2":null,"postalCode":"SW1Y 4JH","city":"London","country":"GB"},
                "paymentToken":"tok_ok"},"step":"%s","reservedSkus":[],"paymentAsked":true,"deadline":null}
                """.formatted(Samples.ORDER, step);
        CheckoutSaga saga = serializer.deserialize(new SimpleSerializedObject<>(
                stored, String.class, new SimpleSerializedType(CheckoutSaga.class.getName(), null)));
        return new AnnotatedSaga<>(
                "saga-1",
                Set.of(new AssociationValue(CheckoutSaga.KEY, Samples.ORDER)),
                saga,
                new AnnotationSagaMetaModelFactory(MultiParameterResolverFactory.ordered(
                                ClasspathParameterResolverFactory.forClass(CheckoutSaga.class),
                                new SimpleResourceParameterResolverFactory(
                                        List.of(commands, new Parking(commands), scheduler))))
                        .modelOf(CheckoutSaga.class),
                NoMoreInterceptors.instance());
    }

    private static void handle(AnnotatedSaga<CheckoutSaga> saga, Object event) throws Exception {
        EventMessage<?> message = GenericEventMessage.asEventMessage(event);
        var batch = DefaultUnitOfWork.startAndGet(message);
        batch.execute(() -> saga.handle(message));
    }

    private List<Object> sent() {
        return bus.getDispatchedCommands().stream()
                .<Object>map(Message::getPayload)
                .toList();
    }

    private static final class OneDeadline implements EventScheduler {

        private final ScheduleToken token = new SimpleScheduleToken("deadline-1");
        private final List<ScheduleToken> cancelled = new ArrayList<>();

        @Override
        public ScheduleToken schedule(Instant triggerDateTime, Object event) {
            return token;
        }

        @Override
        public ScheduleToken schedule(Duration triggerDuration, Object event) {
            return token;
        }

        @Override
        public void cancelSchedule(ScheduleToken scheduleToken) {
            cancelled.add(scheduleToken);
        }
    }
}
