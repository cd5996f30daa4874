package io.waybill.payment.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.mongodb.MongoTimeoutException;
import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.payment.provider.PaymentProvider.Notice;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;

/** Messages that come twice or are cut off. */
class WebhookControllerTest {

    private final TestDatabase database = new TestDatabase();
    private final PaymentProvider provider = mock();
    private final ProviderOperations operations = mock();
    private final WebhookController webhooks = new WebhookController(provider, operations, database.get());

    @BeforeEach
    void oneMessage() {
        when(provider.name()).thenReturn("provider");
        when(provider.readWebhook(any(), any()))
                .thenReturn(Optional.of(new Notice("notice-1", "authorization-1", "payment-1", "order-1")));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void isLookedAtOnceHoweverOftenItComes() throws IOException {
        assertThat(take()).isEqualTo(HttpStatus.OK);
        assertThat(take()).isEqualTo(HttpStatus.OK);

        verifyLooks(1);
    }

    @Test
    void isLookedAtAgainIfItWasCutOff() throws IOException {
        doThrow(new MongoTimeoutException("The store is away."))
                .doNothing()
                .when(operations)
                .look(any(), any(), any());
        assertThatThrownBy(this::take).isInstanceOf(MongoTimeoutException.class);

        assertThat(take()).isEqualTo(HttpStatus.OK);

        verifyLooks(2);
    }

    private Object take() throws IOException {
        return webhooks.take("provider", new HttpHeaders(), new MockHttpServletRequest())
                .getStatusCode();
    }

    private void verifyLooks(int count) {
        verify(operations, times(count)).look(eq("payment-1"), eq("authorization-1"), any());
    }
}
