package io.waybill.payment.provider;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.chassis.messaging.ServiceCorrelation;
import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Instances of the service, with workers of their own, on one database and one event store. */
class ProviderWorkersTest {

    private static final int PAYMENTS = 40;
    private static final Money AMOUNT = new Money(100, "EUR");

    private final TestDatabase database = new TestDatabase();
    private final EmbeddedEventStore events = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    private final SimpleCommandBus bus = SimpleCommandBus.builder().build();
    private final Map<String, Long> sequences = new ConcurrentHashMap<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Instance> instances = new ArrayList<>();
    private final CountDownLatch neverAnswered = new CountDownLatch(1);

    @AfterEach
    void stop() {
        neverAnswered.countDown();
        instances.forEach(Instance::stop);
        events.shutDown();
        database.close();
    }

    @Test
    void twoInstancesShareTheWorkAndCarryEachOperationOnce() {
        Instance one = instance(new Answering("one"), Duration.ofSeconds(60));
        Instance other = instance(new Answering("other"), Duration.ofSeconds(60));
        answersAreFoldedBy(one);
        for (int i = 0; i < PAYMENTS; i++) {
            happened(one, requested("payment-" + i));
        }

        one.workers.start();
        other.workers.start();

        await().untilAsserted(() -> assertThat(one.operations.outstanding()).isEmpty());
        assertThat(received.stream().map(call -> call.substring(call.indexOf(' ') + 1)))
                .hasSize(PAYMENTS)
                .doesNotHaveDuplicates();
        assertThat(received).anyMatch(call -> call.startsWith("one ")).anyMatch(call -> call.startsWith("other "));
    }

    @Test
    void whatAnInstanceThatDiedWasAtIsTakenOverWhenItsClaimRunsOut() {
        Instance dying = instance(new Hanging(), Duration.ofSeconds(2));
        Instance other = instance(new Answering("other"), Duration.ofSeconds(2));
        answersAreFoldedBy(other);
        happened(dying, requested("payment-1"));
        dying.workers.start();
        await().untilAsserted(() -> assertThat(received).containsExactly("hanging payment-1"));
        Instant died = Instant.now();

        other.workers.start();

        await().untilAsserted(() -> assertThat(other.operations.outstanding()).isEmpty());
        assertThat(received).containsExactly("hanging payment-1", "other payment-1");
        assertThat(Duration.between(died, Instant.now())).isGreaterThan(Duration.ofSeconds(1));
    }

    /** As after a loss: the provider did most of what is read again long ago. A worker takes it up all the same. */
    @Test
    void whatWasDoneAlreadyIsNotAskedForAgainWhileItIsReadAgain() {
        Instance behind = instance(new Answering("behind"), Duration.ofSeconds(60));
        happened(behind, requested("payment-1"));
        Runnable readOn = stored(behind, authorized("payment-1", "payment-1"));
        Instant due = whenDue("payment-1");

        behind.workers.start();
        await().until(() -> whenDue("payment-1").isAfter(due));
        readOn.run();

        await().untilAsserted(() -> assertThat(behind.operations.outstanding()).isEmpty());
        assertThat(received).isEmpty();
    }

    private Instant whenDue(String paymentId) {
        return Optional.ofNullable(database.get()
                        .getCollection("providerWork")
                        .find(eq(paymentId))
                        .first())
                .map(work -> work.getDate("dueAt").toInstant())
                .orElseThrow();
    }

    private Instance instance(PaymentProvider provider, Duration claim) {
        var settings = new ProviderSettings(
                1,
                Duration.ofSeconds(30),
                claim,
                Duration.ofMillis(20),
                Duration.ofMillis(20),
                Duration.ofSeconds(1),
                5,
                75,
                Duration.ofSeconds(1));
        var work = new ProviderWork(database.get());
        var commands =
                new SagaCommands(DefaultCommandGateway.builder().commandBus(bus).build(), events);
        var operations = new ProviderOperations(
                database.get(), work, commands, ServiceCorrelation.of("payment-service"), events);
        var calls = new ProviderCalls(provider, settings);
        var instance = new Instance(
                operations, calls, new ProviderWorkers(operations, work, calls, settings, Duration.ofMinutes(10)));
        instances.add(instance);
        return instance;
    }

    private record Instance(ProviderOperations operations, ProviderCalls calls, ProviderWorkers workers) {

        void stop() {
            workers.stop();
            calls.stop();
        }
    }

    /** What the aggregate and the event processor of that instance do. */
    private void answersAreFoldedBy(Instance instance) {
        bus.subscribe(RecordAuthorization.class.getName(), message -> {
            var answer = (RecordAuthorization) message.getPayload();
            happened(instance, authorized(answer.paymentId(), answer.authorizationId()));
            return "";
        });
    }

    private void happened(Instance instance, PaymentEvent event) {
        stored(instance, event).run();
    }

    /** Returns what has that instance handle it. */
    private Runnable stored(Instance instance, PaymentEvent event) {
        long sequence = sequences.merge(event.paymentId(), 0L, (before, first) -> before + 1);
        var message = new GenericDomainEventMessage<>("Payment", event.paymentId(), sequence, event);
        synchronized (events) {
            events.publish(message);
            var token = new GlobalSequenceTrackingToken(
                    sequences.values().stream().mapToLong(number -> number + 1).sum());
            return () -> {
                synchronized (events) {
                    instance.operations.on(
                            event, message, token, sequence, Instant.now().minusSeconds(1));
                }
            };
        }
    }

    private static PaymentEvent authorized(String paymentId, String authorizationId) {
        return new PaymentAuthorized(
                paymentId,
                "order-7",
                authorizationId,
                AMOUNT,
                "reference",
                Instant.now().plus(Duration.ofDays(7)));
    }

    private static PaymentEvent requested(String paymentId) {
        return new AuthorizationRequested(paymentId, "order-7", paymentId, AMOUNT, "tok_ok");
    }

    private class Answering extends FakeProvider {

        private final String instance;

        Answering(String instance) {
            this.instance = instance;
        }

        @Override
        public LedgerEntry authorize(AuthorizationCall call) {
            received.add(instance + " " + call.paymentId());
            return super.authorize(call);
        }
    }

    /** Does not live to hear the answer. */
    private final class Hanging extends Answering {

        Hanging() {
            super("hanging");
        }

        @Override
        public LedgerEntry authorize(AuthorizationCall call) {
            received.add("hanging " + call.paymentId());
            try {
                neverAnswered.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new ProviderUnreachable("It died.");
        }
    }
}
