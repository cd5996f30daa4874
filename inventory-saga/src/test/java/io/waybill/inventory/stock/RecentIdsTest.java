package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentIdsTest {

    private final RecentIds ids = new RecentIds();

    @Test
    void forgetsTheOldestFirst() {
        for (int i = 0; i <= 10_000; i++) {
            ids.add("id-" + i);
        }

        assertThat(ids.contain("id-0")).isFalse();
        assertThat(ids.contain("id-1")).isTrue();
        assertThat(ids.contain("id-10000")).isTrue();
    }
}
