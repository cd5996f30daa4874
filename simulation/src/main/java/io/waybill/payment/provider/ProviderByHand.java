package io.waybill.payment.provider;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Correlation;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.payment.provider.ProviderWork.Item;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/** What the payment service keeps of its provider's work, and its worker, run by hand instead of by threads. */
public final class ProviderByHand {

    /** Name of the processor whose events make it. */
    public static final String PROCESSOR = ProviderOperations.PROCESSOR;

    private static final Duration CUSTOMERS_TIME = Duration.ofMinutes(10);
    private static final Duration CLAIM = Duration.ofSeconds(25);

    /** Others than in a service, so that more becomes unknown in a short history. */
    private static final ProviderSettings SETTINGS = new ProviderSettings(
            1, CLAIM, CLAIM, Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(1), 2, 100, Duration.ZERO);

    private final Supplier<ProviderOperations> instances;
    private final ProviderOperations operations;
    private final ProviderWork work;
    private final ProviderWorker worker;
    private final InstantSource clock;
    /** Whose payment is worked at just now. */
    private @Nullable String order;

    /** Makes a call to the provider on behalf of an order. */
    @FunctionalInterface
    public interface Calls {

        /**
         * Makes one.
         *
         * @throws PaymentProvider.ProviderUnreachable if no answer came
         */
        <T> T call(@Nullable String orderId, Function<PaymentProvider, T> call);
    }

    /**
     * A worker of its own.
     *
     * @param database of the payment service
     * @param commands by which answers are recorded
     */
    public ProviderByHand(
            MongoDatabase database,
            EventStore eventStore,
            SagaCommands commands,
            Correlation correlation,
            Calls calls,
            InstantSource clock,
            RandomGenerator random) {
        this.clock = clock;
        this.work = new ProviderWork(database);
        this.instances = () -> new ProviderOperations(database, work, commands, correlation, eventStore);
        this.operations = instances.get();
        var ofCurrentOrder = new PaymentProvider.Calls() {
            @Override
            public <T> T call(Function<PaymentProvider, T> call) {
                return calls.call(order, call);
            }
        };
        this.worker = new ProviderWorker(
                operations, work, new Courier(ofCurrentOrder, CUSTOMERS_TIME), SETTINGS, clock, random);
    }

    /** Handles the events of payments in an instance of its own. */
    public Object handler() {
        return instances.get();
    }

    /** Claims the payment that has been due for longest and works at it; false if none is due. */
    public boolean workAtOne() {
        Optional<Item> due = worker.claim();
        if (due.isEmpty()) {
            return false;
        }
        order = operations
                .find(due.get().paymentId())
                .map(OutstandingPayment::orderId)
                .orElse(null);
        worker.workAt(due.get());
        return true;
    }

    /** Heeds a message of the provider. */
    public void look(String paymentId, String authorizationId) {
        operations.look(paymentId, authorizationId, clock.instant());
    }

    /** Whether a task, as it is stored, is only a look at what is held. */
    public static boolean isLook(String task) {
        return task.startsWith(ProviderOperations.LOOK);
    }
}
