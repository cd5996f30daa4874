package io.waybill.gateway;

import java.util.Map;
import java.util.Objects;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where the services are found.
 *
 * @param services addresses by name
 */
@ConfigurationProperties("waybill")
record Services(Map<String, String> services) {

    String addressOf(String service) {
        return Objects.requireNonNull(services.get(service), service);
    }
}
