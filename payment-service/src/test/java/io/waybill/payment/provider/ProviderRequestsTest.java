package io.waybill.payment.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.payment.provider.PaymentProvider.Authorization.Approved;
import io.waybill.payment.provider.PaymentProvider.Authorization.Declined;
import io.waybill.payment.provider.PaymentProvider.Authorization.Pending;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.test.utils.RecordingCommandBus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProviderRequestsTest {

    private static final String PAYMENT = "payment-1";
    private static final String ORDER = "order-7";
    private static final Money AMOUNT = new Money(5497, "EUR");
    private static final AuthorizationRequested AUTHORIZATION =
            new AuthorizationRequested(PAYMENT, ORDER, AMOUNT, "tok_ok");
    private static final CaptureRequested CAPTURE = new CaptureRequested(PAYMENT, ORDER, AMOUNT);
    private static final VoidRequested VOID = new VoidRequested(PAYMENT, ORDER, AMOUNT);
    private static final RefundRequested REFUND = new RefundRequested(PAYMENT, ORDER, AMOUNT);

    private final FakeProvider provider = new FakeProvider();
    private final ProviderRequests requests = new ProviderRequests(provider);
    private final RecordingCommandBus bus = new RecordingCommandBus();
    private final SagaCommands commands =
            new SagaCommands(DefaultCommandGateway.builder().commandBus(bus).build());

    @Test
    void recordsWhatWasApproved() {
        assertThat(sentBy(() -> requests.on(AUTHORIZATION, commands)))
                .containsExactly(new RecordAuthorization(PAYMENT, "auth-1"));
        assertThat(provider.calls).containsExactly("authorize");
    }

    @Test
    void recordsWhatWasDeclined() {
        provider.answer = new Declined("INSUFFICIENT_FUNDS");

        assertThat(sentBy(() -> requests.on(AUTHORIZATION, commands)))
                .containsExactly(new RecordDecline(PAYMENT, "INSUFFICIENT_FUNDS"));
    }

    @Test
    void recordsNothingWhileTheAnswerIsPending() {
        provider.answer = new Pending();

        assertThat(sentBy(() -> requests.on(AUTHORIZATION, commands))).isEmpty();
    }

    @Test
    void asksWhatATimedOutCallDidInsteadOfMakingItAgain() {
        provider.timeouts = 1;
        provider.timedOutCallsArrive = true;

        assertThat(sentBy(() -> requests.on(AUTHORIZATION, commands)))
                .containsExactly(new RecordAuthorization(PAYMENT, "auth-1"));
        assertThat(provider.calls).containsExactly("authorize", "findAuthorization");
    }

    @Test
    void makesALostCallAgain() {
        provider.timeouts = 2;

        assertThat(sentBy(() -> requests.on(AUTHORIZATION, commands)))
                .containsExactly(new RecordAuthorization(PAYMENT, "auth-1"));
        assertThat(provider.calls)
                .containsExactly("authorize", "findAuthorization", "authorize", "findAuthorization", "authorize");
    }

    @Test
    void givesUpAfterThreeLostCalls() {
        provider.timeouts = Integer.MAX_VALUE;

        assertThat(sentBy(() -> requests.on(AUTHORIZATION, commands)))
                .containsExactly(new RecordDecline(PAYMENT, "PROVIDER_UNREACHABLE"));
        assertThat(provider.calls).filteredOn("authorize"::equals).hasSize(3);
        assertThat(provider.calls).endsWith("voidAuthorization");
    }

    @Test
    void recordsWhatWasCaptured() {
        assertThat(sentBy(() -> requests.on(CAPTURE, commands))).containsExactly(new RecordCapture(PAYMENT));
    }

    @Test
    void recordsWhyACaptureWasRefused() {
        provider.captureRefusal = "EXPIRED";

        assertThat(sentBy(() -> requests.on(CAPTURE, commands)))
                .containsExactly(new RecordCaptureRefusal(PAYMENT, "EXPIRED"));
    }

    @Test
    void recordsWhatWasVoidedAfterItWas() {
        assertThat(sentBy(() -> requests.on(VOID, commands))).containsExactly(new RecordVoid(PAYMENT));
        assertThat(provider.calls).containsExactly("voidAuthorization");
    }

    @Test
    void recordsWhatWasRefundedAfterItWas() {
        assertThat(sentBy(() -> requests.on(REFUND, commands))).containsExactly(new RecordRefund(PAYMENT));
        assertThat(provider.calls).containsExactly("refund");
    }

    @Test
    void redeliveredRequestSendsTheSameCommand() {
        List<Object> first = sentBy(this::deliverEach);
        List<Object> second = sentBy(this::deliverEach);

        assertThat(first).hasSize(4);
        assertThat(second).isEqualTo(first);
    }

    private void deliverEach() {
        requests.on(AUTHORIZATION, commands);
        requests.on(CAPTURE, commands);
        requests.on(VOID, commands);
        requests.on(REFUND, commands);
    }

    private List<Object> sentBy(Runnable handling) {
        bus.clearCommands();
        DefaultUnitOfWork.startAndGet(null).execute(handling);
        return bus.getDispatchedCommands().stream()
                .<Object>map(Message::getPayload)
                .toList();
    }

    private static final class FakeProvider implements PaymentProvider {

        private Authorization answer = new Approved("auth-1");
        private int timeouts;
        private boolean timedOutCallsArrive;
        private @Nullable String captureRefusal;
        private boolean asked;
        private final List<String> calls = new ArrayList<>();

        @Override
        public Authorization authorize(String paymentId, Money amount, String paymentToken) {
            calls.add("authorize");
            if (timeouts > 0) {
                timeouts--;
                asked = asked || timedOutCallsArrive;
                throw new ProviderTimeout("No answer.");
            }
            asked = true;
            return answer;
        }

        @Override
        public Optional<Authorization> findAuthorization(String paymentId) {
            calls.add("findAuthorization");
            return asked ? Optional.of(answer) : Optional.empty();
        }

        @Override
        public Optional<String> capture(String paymentId, Money amount) {
            calls.add("capture");
            return Optional.ofNullable(captureRefusal);
        }

        @Override
        public void voidAuthorization(String paymentId) {
            calls.add("voidAuthorization");
        }

        @Override
        public void refund(String paymentId, Money amount) {
            calls.add("refund");
        }
    }
}
