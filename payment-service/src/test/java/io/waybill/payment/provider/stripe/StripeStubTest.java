package io.waybill.payment.provider.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the other tests lean on: the stub is as strict as Stripe. */
class StripeStubTest {

    private static final String HELD = "amount=1000&currency=eur&confirm=true&capture_method=manual"
            + "&payment_method=pm_card_visa&payment_method_types[0]=card";

    private final StripeStub stub;
    private final HttpClient http = HttpClient.newHttpClient();

    StripeStubTest() throws IOException {
        stub = new StripeStub();
    }

    @AfterEach
    void close() {
        http.close();
        stub.close();
    }

    @ParameterizedTest
    @CsvSource({
        "amount=1000&currency=eur&colour=red, 400, parameter_unknown, colour",
        "amount=1000&currency=eur&payment_method_options[card][colour]=red, 400, parameter_unknown, colour",
        "currency=eur, 400, parameter_missing, amount",
        "amount=ten&currency=eur, 400, parameter_invalid_integer, amount",
        "amount=1000&currency=EUR, 400, parameter_invalid_enum, currency",
        "amount=1000&currency=eur&capture_method=later, 400, parameter_invalid_enum, capture_method",
        "amount=1000&currency=eur&return_url=https://a, 400, parameter_unknown, return_url",
        "amount=1000&currency=eur&confirm=true&payment_method=pm_card_visa, 400, parameter_missing, return_url",
        "amount=10&currency=eur, 400, amount_too_small, amount"
    })
    void refusesWhatTheApiDoesNotHave(String form, int status, String code, String parameter) throws Exception {
        HttpResponse<String> answer = post("/v1/payment_intents", form, "key");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body())
                .contains("\"type\":\"invalid_request_error\"")
                .contains("\"code\":\"" + code + "\"")
                .contains(parameter);
    }

    @Test
    void letsNobodyInWithoutTheKey() throws Exception {
        var request =
                HttpRequest.newBuilder(uri("/v1/refunds?payment_intent=pi_1")).build();

        assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
    }

    @Test
    void repeatsItsAnswerToTheSameKeyAndParameters() throws Exception {
        HttpResponse<String> first = post("/v1/payment_intents", HELD, "key");
        HttpResponse<String> again = post("/v1/payment_intents", HELD, "key");

        assertThat(again.body()).isEqualTo(first.body());
        assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
        assertThat(again.headers().firstValue("Idempotent-Replayed")).contains("true");
        assertThat(stub.account().paymentIntents()).isEqualTo(1);
    }

    @Test
    void refusesTheSameKeyWithOtherParametersUntilItForgetsIt() throws Exception {
        post("/v1/payment_intents", HELD, "key");

        HttpResponse<String> other = post("/v1/payment_intents", HELD + "&description=two", "key");
        assertThat(other.statusCode()).isEqualTo(400);
        assertThat(other.body()).contains("\"type\":\"idempotency_error\"");
        stub.pass(Duration.ofHours(24));

        assertThat(post("/v1/payment_intents", HELD + "&description=two", "key").statusCode())
                .isEqualTo(200);
    }

    @Test
    void keepsNoAnswerToWhatItDidNotBegin() throws Exception {
        post("/v1/payment_intents", HELD + "&colour=red", "key");

        assertThat(post("/v1/payment_intents", HELD, "key").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "capture, amount_to_capture=1001, 400, amount_too_large",
        "capture, amount_to_capture=0, 400, parameter_invalid_integer",
        "capture, amount_to_capture=400&final_capture=false, 400, final_capture",
        "capture, amount_to_capture=400, 200, succeeded",
        "cancel, cancellation_reason=abandoned, 200, canceled"
    })
    void letsAStateFollowOnlyWhereStripeDoes(String action, String form, int status, String word) throws Exception {
        post("/v1/payment_intents", HELD, "key");

        HttpResponse<String> answer = post("/v1/payment_intents/pi_1/" + action, form, "next");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains(word);
        if (status == 200) {
            for (String more : new String[] {"capture", "cancel"}) {
                assertThat(post("/v1/payment_intents/pi_1/" + more, "", more).body())
                        .contains("payment_intent_unexpected_state");
            }
        }
    }

    private HttpResponse<String> post(String path, String form, String key) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer " + StripeStub.API_KEY)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(form))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return stub.address().resolve(path);
    }
}
