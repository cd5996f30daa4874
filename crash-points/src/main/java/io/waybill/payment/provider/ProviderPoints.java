package io.waybill.payment.provider;

import io.waybill.crashpoints.CrashPoint;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Both sides of each call to the payment provider that changes something there. */
@AutoConfiguration
@ConditionalOnClass(name = "io.waybill.payment.provider.PaymentProvider")
public class ProviderPoints {

    @Bean
    static BeanPostProcessor heldProvider() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof PaymentProvider ? around(bean) : bean;
            }
        };
    }

    private static Object around(Object provider) {
        var proxy = new ProxyFactory(provider);
        // Others know the sandbox by its class.
        proxy.setProxyTargetClass(true);
        proxy.addAdvice((MethodInterceptor) ProviderPoints::call);
        return proxy.getProxy();
    }

    private static @Nullable Object call(MethodInvocation call) throws Throwable {
        String operation = call.getMethod().getName();
        if (operation.equals("find")
                || call.getArguments().length == 0
                || !(call.getArguments()[0] instanceof AuthorizationCall authorization)) {
            return call.proceed();
        }
        String step = "provider/" + operation;
        CrashPoint.reach(step, "before", authorization.orderId(), "call");
        Object answer = call.proceed();
        CrashPoint.reach(step, "after", authorization.orderId(), "call");
        return answer;
    }
}
