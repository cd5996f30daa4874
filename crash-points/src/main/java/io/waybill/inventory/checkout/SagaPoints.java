package io.waybill.inventory.checkout;

import io.waybill.crashpoints.CommandPoints;
import io.waybill.crashpoints.CrashPoint;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.messaging.Scope;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.saga.AnnotatedSaga;
import org.axonframework.modelling.saga.repository.SagaStore;
import org.axonframework.spring.stereotype.Saga;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.util.ClassUtils;

/**
 * Two sides of each step of each process: <em>before</em>, when its first command is about to leave (or, if it has none,
 * when the process is about to be stored), and <em>stored</em>, when the process is stored and the token is not.
 */
@AutoConfiguration
@ConditionalOnClass(name = "io.waybill.inventory.checkout.OrderProcess")
public class SagaPoints {

    @Bean
    static BeanPostProcessor processPoints() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof CommandBus bus) {
                    bus.registerDispatchInterceptor(messages -> (index, command) -> dispatch(command));
                }
                return switch (bean) {
                    case SagaStore<?> store -> around(store, SagaPoints::store);
                    case EventScheduler scheduler -> around(scheduler, SagaPoints::schedule);
                    default -> bean;
                };
            }
        };
    }

    /** The processes and their steps, whatever they are by now. */
    @Bean
    ApplicationListener<ApplicationStartedEvent> declareSteps(ListableBeanFactory beans) {
        return started -> {
            List<String> steps = new ArrayList<>();
            for (String name : beans.getBeanNamesForAnnotation(Saga.class)) {
                var process = (OrderProcess<?>) beans.getBean(name);
                Arrays.stream(process.getClass().getDeclaredClasses())
                        .filter(OrderProcess.Step.class::isAssignableFrom)
                        .flatMap(type -> Arrays.stream(type.getEnumConstants()))
                        .forEach(step -> steps.add(process.process() + "/" + step));
            }
            CrashPoint.declare(steps);
        };
    }

    private static CommandMessage<?> dispatch(CommandMessage<?> command) {
        OrderProcess<?> process = current();
        if (process == null) {
            return command;
        }
        String step = step(process);
        String orderId = process.orderId();
        String commands = commands(process);
        // Comes after all sagas of the batch were stored and before its token: see LastWriteTokenStore.
        CurrentUnitOfWork.get().onCommit(all -> CrashPoint.reach(step, "stored", orderId, commands));
        CrashPoint.reach(step, "before", orderId, commands);
        return command.andMetaData(CommandPoints.mark(step, orderId, commands));
    }

    /** The process whose handler sends; null if it is none. */
    private static @Nullable OrderProcess<?> current() {
        Scope scope;
        try {
            scope = Scope.getCurrentScope();
        } catch (IllegalStateException nobodys) {
            return null;
        }
        return scope instanceof AnnotatedSaga<?> saga && saga.root() instanceof OrderProcess<?> process
                ? process
                : null;
    }

    private static @Nullable Object store(SagaStore<?> store, Method method, Object[] arguments) throws Throwable {
        boolean writes =
                method.getName().equals("insertSaga") || method.getName().equals("updateSaga");
        if (!writes || !(arguments[2] instanceof OrderProcess<?> process) || !process.hasStarted()) {
            return call(store, method, arguments);
        }
        CrashPoint.reach(step(process), "before", process.orderId(), commands(process));
        Object result = call(store, method, arguments);
        CrashPoint.reach(step(process), "stored", process.orderId(), commands(process));
        return result;
    }

    private static @Nullable Object schedule(EventScheduler scheduler, Method method, Object[] arguments)
            throws Throwable {
        if (!method.getName().equals("schedule")
                || !(arguments[1] instanceof EventMessage<?> event)
                || !(event.getPayload() instanceof CheckoutDeadlinePassed passed)) {
            return call(scheduler, method, arguments);
        }
        CrashPoint.reach("checkout/deadline", "before", passed.orderId(), "schedule");
        Object result = call(scheduler, method, arguments);
        CrashPoint.reach("checkout/deadline", "after", passed.orderId(), "schedule");
        return result;
    }

    private static String step(OrderProcess<?> process) {
        return process.process() + "/" + process.step();
    }

    private static String commands(OrderProcess<?> process) {
        return process.commands().stream()
                .map(command -> command.getClass().getSimpleName())
                .distinct()
                .sorted()
                .collect(Collectors.joining("+"));
    }

    private interface Around<T> {
        @Nullable
        Object call(T bean, Method method, Object[] arguments) throws Throwable;
    }

    private static <T> Object around(T bean, Around<T> around) {
        InvocationHandler handler = (proxy, method, arguments) ->
                around.call(bean, method, Objects.requireNonNullElse(arguments, new Object[0]));
        return Proxy.newProxyInstance(bean.getClass().getClassLoader(), ClassUtils.getAllInterfaces(bean), handler);
    }

    private static @Nullable Object call(Object bean, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(bean, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
