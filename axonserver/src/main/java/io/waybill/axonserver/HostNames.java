package io.waybill.axonserver;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** What the node calls its own host. */
final class HostNames {

    private HostNames() {}

    /**
     * The host that clients are told to connect to.
     *
     * @param configured what the operator says it is; null leaves it to the address
     */
    static String forClients(@Nullable String configured, InetAddress bound) {
        if (configured != null) {
            return configured;
        }
        if (bound.equals(InetAddress.getLoopbackAddress())) {
            return "localhost";
        }
        if (!bound.isAnyLocalAddress()) {
            return bound.getHostAddress();
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A machine that does not know its own name is reached by one that --host-name gives, or on itself.
            return "localhost";
        }
    }

    /** {@code host:port}, with the brackets that a numeric IPv6 address needs. */
    static String withPort(String host, int port) {
        return host.indexOf(':') >= 0 ? "[%s]:%d".formatted(host, port) : host + ":" + port;
    }
}
