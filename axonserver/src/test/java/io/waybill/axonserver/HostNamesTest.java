package io.waybill.axonserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class HostNamesTest {

    @Test
    void clientsAreToldWhatTheOperatorSaysAndElseWhereTheNodeListens() throws Exception {
        assertThat(HostNames.forClients("events.example.org", InetAddress.getByName("0.0.0.0")))
                .isEqualTo("events.example.org");
        assertThat(HostNames.forClients(null, InetAddress.getLoopbackAddress())).isEqualTo("localhost");
        assertThat(HostNames.forClients(null, InetAddress.getByName("192.0.2.1")))
                .isEqualTo("192.0.2.1");
        assertThat(HostNames.forClients(null, InetAddress.getByName("0.0.0.0")))
                .doesNotContain("0.0.0.0")
                .isNotBlank();
    }

    @Test
    void numericAddressOfVersion6HasBrackets() {
        assertThat(HostNames.withPort("localhost", 8124)).isEqualTo("localhost:8124");
        assertThat(HostNames.withPort("2001:db8::1", 8124)).isEqualTo("[2001:db8::1]:8124");
    }
}
