package io.waybill.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.waybill.gateway.AllServices.Answers;
import io.waybill.gateway.ReplayController.Rebuild;
import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange.Request;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.client.ResourceAccessException;

/** What the gateway asks by itself shares the breakers and the places of what it relays. */
class OwnCallsTest {

    private final Stub orders = new Stub("order-query");
    private final Stub payments = new Stub("payment-service");
    private final Services services =
            new Services(Map.of(orders.name(), orders.uri(), payments.name(), payments.uri()));
    private final ServiceCalls calls = new ServiceCalls((ProxyExchange) request -> {
        throw new ResourceAccessException("Connection refused");
    });
    private final AllServices all = new AllServices(services, calls);
    private final ReplayController replays = new ReplayController(services, all, calls);

    @AfterEach
    void stop() {
        orders.stop();
        payments.stop();
    }

    @Test
    void aServiceThatIsAwayIsNamedAndNotAsked() {
        orders.says("{}");
        isAway(payments);

        Answers answers = all.ask("/api/ops/processors/{service}", Map.of());

        assertThat(answers.unanswered()).containsExactly("payment-service");
        assertThat(orders.asked()).hasSize(1);
        assertThat(payments.asked()).isEmpty();
    }

    @Test
    void aServiceWhosePlacesAreTakenIsNamedAndNotAsked() {
        orders.says("{}");

        Answers answers = whilePlacesAreTaken(48, payments, () -> all.ask("/internal/replays", Map.of()));

        assertThat(answers.unanswered()).containsExactly("payment-service");
        assertThat(payments.asked()).isEmpty();
    }

    @Test
    void aRebuildIsNotAskedForWhereNobodyAnswers() {
        orders.says("{}");
        isAway(payments);

        assertThatThrownBy(() -> replays.start(new Rebuild("payment-pages", false), new MockHttpServletRequest()))
                .isInstanceOf(CallNotPermittedException.class);
        assertThat(payments.asked()).isEmpty();
    }

    private void isAway(Stub service) {
        Request relayed = mock();
        when(relayed.getUri()).thenReturn(URI.create(service.uri() + "/api/payments"));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> calls.exchange(relayed)).isInstanceOf(ResourceAccessException.class);
        }
    }

    private Answers whilePlacesAreTaken(int places, Stub service, Supplier<Answers> asking) {
        return places == 0
                ? asking.get()
                : calls.call(
                        URI.create(service.uri() + "/api/payments"),
                        () -> whilePlacesAreTaken(places - 1, service, asking));
    }
}
