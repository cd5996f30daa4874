package io.waybill.crashpoints;

import java.util.Map;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** In the service that handles a command of a process: its events are in the store, its answer has not left. */
@AutoConfiguration
public class CommandPoints {

    private static final String STEP = "crashPointStep";
    private static final String ORDER = "crashPointOrder";
    private static final String COMMANDS = "crashPointCommands";

    /** What a command has to carry for the service that handles it to know of which step it is. */
    public static Map<String, String> mark(String step, String orderId, String commands) {
        return Map.of(STEP, step, ORDER, orderId, COMMANDS, commands);
    }

    @Bean
    static BeanPostProcessor handledCommands() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof CommandBus bus) {
                    bus.registerHandlerInterceptor(CommandPoints::handle);
                }
                return bean;
            }
        };
    }

    private static @Nullable Object handle(UnitOfWork<? extends CommandMessage<?>> unitOfWork, InterceptorChain chain)
            throws Exception {
        MetaData metadata = unitOfWork.getMessage().getMetaData();
        if (metadata.get(STEP) instanceof String step
                && metadata.get(ORDER) instanceof String orderId
                && metadata.get(COMMANDS) instanceof String commands) {
            unitOfWork.afterCommit(all -> CrashPoint.reach(step, "appended", orderId, commands));
        }
        return chain.proceed();
    }
}
