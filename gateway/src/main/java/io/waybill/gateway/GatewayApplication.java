package io.waybill.gateway;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** Hands each request to the service that owns its path; which one that is stands in {@code application.yml}. */
@SpringBootApplication
@EnableConfigurationProperties(Services.class)
public class GatewayApplication {

    public static void main(String[] args) {
        SpringApplication.run(GatewayApplication.class, args);
    }
}
