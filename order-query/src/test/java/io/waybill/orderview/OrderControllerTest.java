package io.waybill.orderview;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.chassis.web.InvalidRequest;
import io.waybill.messages.order.OrderQuery.OrderCursor;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderControllerTest {

    private static final String ASKED = "orders of ada";

    @Test
    void cursorComesBackAsItWas() {
        var cursor = new OrderCursor(Instant.parse("2026-11-01T12:00:00.123Z"), "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10");

        assertThat(OrderController.decode(ASKED, OrderController.encode(ASKED, cursor)))
                .isEqualTo(cursor);
    }

    @Test
    void cursorNeedsNoEscapingInAUrl() {
        assertThat(OrderController.encode(ASKED, new OrderCursor(Instant.EPOCH, "ÿ?>~ order")))
                .matches("[A-Za-z0-9_-]+");
    }

    @Test
    void cursorBelongsToItsRequest() {
        String cursor = OrderController.encode(ASKED, new OrderCursor(Instant.EPOCH, "order-7"));

        assertThatThrownBy(() -> OrderController.decode("orders of eve", cursor))
                .isInstanceOf(InvalidRequest.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "order-7", "2026-11-01T12:00:00Z", " order-7", "yesterday order-7", "1 2 3"})
    void madeUpCursorIsRefused(String plain) {
        refuses(Base64.getUrlEncoder().encodeToString(plain.getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a", "not base64!", "++//", "../../etc/passwd"})
    void cursorThatIsNotOneIsRefused(String cursor) {
        refuses(cursor);
    }

    private static void refuses(String cursor) {
        assertThatThrownBy(() -> OrderController.decode(ASKED, cursor)).isInstanceOf(InvalidRequest.class);
    }
}
