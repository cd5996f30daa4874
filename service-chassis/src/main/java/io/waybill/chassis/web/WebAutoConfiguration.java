package io.waybill.chassis.web;

import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import tools.jackson.databind.json.JsonMapper;

/** What every REST controller of Waybill can rely on. */
@AutoConfiguration
@Import({ProblemAdvice.class, StrictBodies.class})
public class WebAutoConfiguration {

    @Bean
    Idempotency idempotency(MongoDatabase database, JsonMapper json) {
        return new Idempotency(database, json, Clock.systemUTC());
    }

    @Bean
    PastViews pastViews(JsonMapper json) {
        return new PastViews(json, Clock.systemUTC());
    }

    @Bean
    FilterRegistrationBean<CorrelationFilter> correlationFilter() {
        var registration = new FilterRegistrationBean<>(new CorrelationFilter());
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    @Bean
    FilterRegistrationBean<BodyLimitFilter> bodyLimitFilter(JsonMapper json) {
        var registration = new FilterRegistrationBean<>(new BodyLimitFilter(json));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return registration;
    }

    @Bean
    FilterRegistrationBean<BulkheadFilter> bulkheadFilter(
            @Value("${waybill.web.concurrent-reads}") int reads,
            @Value("${waybill.web.concurrent-writes}") int writes,
            JsonMapper json) {
        var registration = new FilterRegistrationBean<>(new BulkheadFilter(reads, writes, json));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return registration;
    }
}
