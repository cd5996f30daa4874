package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.inventory.StockEvent.StockReceived;
import org.junit.jupiter.api.Test;

class RecentEventsTest {

    private final RecentEvents events = new RecentEvents();

    @Test
    void forgetsTheOldestFirst() {
        for (int i = 0; i <= 10_000; i++) {
            events.add("id-" + i, new StockReceived("TEA-500", "id-" + i, i, "main"));
        }

        assertThat(events.find("id-0")).isNull();
        assertThat(events.find("id-1")).isNotNull();
        assertThat(events.find("id-10000")).isNotNull();
    }
}
