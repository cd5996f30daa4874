package io.waybill.systemtests;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Gives tests the one {@link WaybillSystem} that all of them share, or its {@link WaybillClient}, and prints what the
 * processes said when a test fails.
 */
final class WaybillExtension implements BeforeEachCallback, ParameterResolver, TestWatcher {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        return type == WaybillSystem.class || type == WaybillClient.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var system = startup(context).system();
        return parameter.getParameter().getType() == WaybillSystem.class ? system : system.client();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        startup(context).system().restore();
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        var startup = startup(context);
        if (startup.failure == null) {
            System.err.printf(
                    "%nFAILED: %s%n%s%n",
                    context.getDisplayName(), startup.system().report());
        }
    }

    /** The store of the root context closes the system after the last test. */
    private static Startup startup(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(WaybillExtension.class))
                .computeIfAbsent(Startup.class);
    }

    /** The one attempt to start: a system that does not come up fails every test at once, not after a wait each. */
    static final class Startup implements AutoCloseable {

        private @Nullable WaybillSystem system;
        private @Nullable Throwable failure;

        Startup() {
            try {
                system = WaybillSystem.start(ApiDescription.read(JarProcess.projectRoot())::check);
            } catch (IOException | RuntimeException | AssertionError e) {
                failure = e;
            }
        }

        WaybillSystem system() {
            if (system == null) {
                throw new IllegalStateException("Waybill did not start", failure);
            }
            return system;
        }

        @Override
        public void close() {
            if (system != null) {
                system.close();
            }
        }
    }
}
