package io.waybill.axonserver.conformance;

import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The one server that all tests of the suite talk to. */
final class ServerUnderTest {

    /** Names a server that is running already, as {@code host:port}. */
    static final String VARIABLE = "WAYBILL_AXONSERVER";

    private static final String ADDRESS = address();

    private ServerUnderTest() {}

    static ServerAddress server() {
        int colon = ADDRESS.lastIndexOf(':');
        return new ServerAddress(ADDRESS.substring(0, colon), Integer.parseInt(ADDRESS.substring(colon + 1)));
    }

    private static String address() {
        String given = System.getenv(VARIABLE);
        if (given != null && !given.isBlank()) {
            return given;
        }
        try {
            AxonServerNode node = AxonServerNode.start(AxonServerOptions.embedded());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node), "close-server-under-test"));
            return node.address();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(AxonServerNode node) {
        try {
            node.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
