package io.waybill.payment.provider;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import jakarta.annotation.PreDestroy;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/**
 * Makes calls to the provider within a time limit, and stops making them for a while when too many get no answer. An
 * open breaker throws {@link io.github.resilience4j.circuitbreaker.CallNotPermittedException}: nothing was asked.
 */
@Component
class ProviderCalls implements PaymentProvider.Calls {

    /** Enough calls to tell a provider that is down from one that has a bad minute. */
    private static final int BREAKER_WINDOW_CALLS = 20;

    private static final int BREAKER_TRIAL_CALLS = 2;

    private final PaymentProvider provider;
    private final CircuitBreaker breaker;
    private final TimeLimiter limit;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    ProviderCalls(PaymentProvider provider, ProviderSettings settings) {
        this.provider = provider;
        this.breaker = CircuitBreaker.of(
                provider.name(),
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(BREAKER_WINDOW_CALLS)
                        .minimumNumberOfCalls(BREAKER_WINDOW_CALLS)
                        .failureRateThreshold(settings.breakerFailurePercent())
                        .waitDurationInOpenState(settings.breakerWait())
                        .permittedNumberOfCallsInHalfOpenState(BREAKER_TRIAL_CALLS)
                        .recordExceptions(ProviderUnreachable.class)
                        .build());
        this.limit = TimeLimiter.of(settings.timeLimit());
    }

    String provider() {
        return provider.name();
    }

    @Override
    public <T> T call(Function<PaymentProvider, T> call) {
        return breaker.executeSupplier(() -> withinLimit(call));
    }

    private <T> T withinLimit(Function<PaymentProvider, T> call) {
        try {
            return limit.executeFutureSupplier(() -> threads.submit(() -> call.apply(provider)));
        } catch (TimeoutException e) {
            throw new ProviderUnreachable(
                    "No answer within "
                            + limit.getTimeLimiterConfig().getTimeoutDuration().toMillis() + " ms",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProviderUnreachable("Stopped while waiting for an answer", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("A call to the provider failed", e);
        }
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
