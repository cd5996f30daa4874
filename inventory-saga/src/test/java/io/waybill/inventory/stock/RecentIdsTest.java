package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentIdsTest {

    private final RecentIds ids = new RecentIds();

    @Test
    void forgetsTheOldestFirst() {
        for (int i = 0; i <= 10_000; i++) {
            ids.add(RecentIds.key("id-" + i), i);
        }

        assertThat(ids.find(RecentIds.key("id-0"))).isNull();
        assertThat(ids.find(RecentIds.key("id-1"))).isEqualTo(1);
        assertThat(ids.find(RecentIds.key("id-10000"))).isEqualTo(10_000);
    }

    @Test
    void comesBackFromStorageInTheSameOrder() {
        for (int i = 0; i < 10_000; i++) {
            ids.add(RecentIds.key("id-" + i), i);
        }

        var stored = new RecentIds(ids.toBytes());
        stored.add(RecentIds.key("another"), 0);

        assertThat(stored.find(RecentIds.key("id-0"))).isNull();
        assertThat(stored.find(RecentIds.key("id-1"))).isEqualTo(1);
    }

    @Test
    void theLatestMarkCounts() {
        ids.add(RecentIds.key("id-1"), 1);
        ids.add(RecentIds.key("id-1"), 2);

        assertThat(ids.find(RecentIds.key("id-1"))).isEqualTo(2);
    }

    @Test
    void partsAreToldApart() {
        assertThat(RecentIds.key("shipment", "r-1", "2")).isNotEqualTo(RecentIds.key("shipment", "r-12", ""));
    }
}
