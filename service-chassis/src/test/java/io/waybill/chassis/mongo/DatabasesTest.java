package io.waybill.chassis.mongo;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatabasesTest {

    @Test
    void neverWaitsWithoutEnd() {
        var settings = Databases.settings("mongodb://127.0.0.1").build();

        assertThat(settings.getSocketSettings().getConnectTimeout(MILLISECONDS)).isEqualTo(2_000);
        assertThat(settings.getSocketSettings().getReadTimeout(MILLISECONDS)).isEqualTo(10_000);
        assertThat(settings.getClusterSettings().getServerSelectionTimeout(MILLISECONDS))
                .isEqualTo(5_000);
        assertThat(settings.getConnectionPoolSettings().getMaxWaitTime(MILLISECONDS))
                .isEqualTo(2_000);
    }

    @Test
    void waitsAsLongAsItsConnectionStringSays() {
        var settings = Databases.settings("mongodb://127.0.0.1/?socketTimeoutMS=60000&waitQueueTimeoutMS=9000")
                .build();

        assertThat(settings.getSocketSettings().getReadTimeout(MILLISECONDS)).isEqualTo(60_000);
        assertThat(settings.getConnectionPoolSettings().getMaxWaitTime(MILLISECONDS))
                .isEqualTo(9_000);
    }
}
