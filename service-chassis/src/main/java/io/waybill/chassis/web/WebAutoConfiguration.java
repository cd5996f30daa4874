package io.waybill.chassis.web;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.ReadPositions;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
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
    LiveStreams liveStreams(@Value("${waybill.web.streams}") int streams) {
        return new LiveStreams(streams);
    }

    /** At most half of the places for reads are taken by those who wait. */
    @Bean
    WebMvcConfigurer queries(ReadPositions positions, @Value("${waybill.web.concurrent-reads}") int reads) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new StrictParameters());
                registry.addInterceptor(new PositionInterceptor(positions, Math.max(1, reads / 2)));
            }
        };
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
            @Value("${waybill.web.concurrent-operators}") int operators,
            JsonMapper json) {
        var registration = new FilterRegistrationBean<>(new BulkheadFilter(reads, writes, operators, json));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return registration;
    }
}
