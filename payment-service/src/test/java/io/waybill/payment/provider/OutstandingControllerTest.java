package io.waybill.payment.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.operations.ProviderEvent.ProviderRetryRequested;
import io.waybill.payment.provider.OutstandingController.AllRetried;
import io.waybill.payment.provider.OutstandingController.Retried;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two payments that are to be tried again in an hour. */
class OutstandingControllerTest {

    private static final String ONE = "payment-1";
    private static final String OTHER = "payment-2";
    private static final long POSITION = 7;

    private final Instant inAnHour =
            Instant.now().truncatedTo(ChronoUnit.MILLIS).plus(1, ChronoUnit.HOURS);
    private final TestDatabase database = new TestDatabase();
    private final ProviderWork work = new ProviderWork(database.get());
    private final ProviderOperations operations = mock();
    private final RequestEvents events = mock();
    private final OutstandingController controller = new OutstandingController(operations, work, events);

    /** When something is told, nothing is done yet. */
    private final List<Object> told = new ArrayList<>();

    @BeforeEach
    void waitForTheProvider() {
        List<String> payments = List.of(ONE, OTHER);
        payments.forEach(payment -> work.schedule(payment, 0, "CAPTURE", inAnHour));
        when(operations.outstanding())
                .thenReturn(payments.stream()
                        .map(payment -> new OutstandingPayment(payment, "order", 0, null, false, List.of(), List.of()))
                        .toList());
        when(events.publish(any())).thenAnswer(call -> {
            assertThat(due()).containsExactly(inAnHour, inAnHour);
            told.add(call.getArgument(0));
            return POSITION;
        });
    }

    @AfterEach
    void close() {
        database.close();
    }

    private List<Instant> due() {
        return Stream.of(ONE, OTHER)
                .map(payment -> work.find(payment).orElseThrow().dueAt())
                .toList();
    }

    @Test
    void allAreDueAtOnceWhenThatIsTold() {
        assertThat(controller.retryAll()).isEqualTo(new AllRetried(2, POSITION));

        assertThat(due()).allSatisfy(due -> assertThat(due).isBeforeOrEqualTo(Instant.now()));
        assertThat(told).containsExactly(new ProviderRetryRequested(null));
    }

    @Test
    void oneIsDueAtOnceWhenThatIsToldAndTheOtherIsNot() {
        assertThat(controller.retry(ONE)).isEqualTo(new Retried(ONE, POSITION));

        assertThat(due().getFirst()).isBeforeOrEqualTo(Instant.now());
        assertThat(due().getLast()).isEqualTo(inAnHour);
        assertThat(told).containsExactly(new ProviderRetryRequested(ONE));
    }

    @Test
    void whatCannotBeToldIsNotDone() {
        when(events.publish(any())).thenThrow(new IllegalStateException("The event store does not answer"));

        assertThatIllegalStateException().isThrownBy(controller::retryAll);
        assertThatIllegalStateException().isThrownBy(() -> controller.retry(ONE));

        assertThat(due()).containsExactly(inAnHour, inAnHour);
    }

    @Test
    void whereNothingWaitsNothingIsTold() {
        assertThatExceptionOfType(RequestRefused.class).isThrownBy(() -> controller.retry("payment-3"));

        assertThat(told).isEmpty();
    }
}
