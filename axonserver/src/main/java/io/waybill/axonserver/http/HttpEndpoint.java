package io.waybill.axonserver.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.grpc.StatusRuntimeException;
import io.waybill.axonserver.security.Access;
import io.waybill.axonserver.security.AccessControl;
import io.waybill.axonserver.security.Call;
import io.waybill.axonserver.security.Right;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of a node. Requests run on threads of their own, so that however many there are and however slow their
 * callers, nothing else waits for them.
 */
public final class HttpEndpoint implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HttpEndpoint.class);

    /**
     * Far more than a probe, a scrape and a few people need at once: callers that open a connection and then say
     * nothing have a thread each until the time for requests is up.
     */
    private static final int MAX_THREADS = 32;

    /** Threads that are not needed any more are given back. */
    private static final long IDLE_SECONDS = 10;

    private static final int DEFAULT_BACKLOG = 0;

    private final HttpServer server;
    private final AccessControl accessControl;
    private final Routes routes = new Routes();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            MAX_THREADS,
            MAX_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("http-", 0).factory());

    private HttpEndpoint(HttpServer server, NodeView node, AccessControl accessControl) {
        this.server = server;
        this.accessControl = accessControl;
        threads.allowCoreThreadTimeOut(true);
        new HealthPages(node, !accessControl.isOn()).addTo(routes);
        new MetricsPage(node, accessControl).addTo(routes);
        new ContextPages(node).addTo(routes);
        new ProcessorPages(node).addTo(routes);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
    }

    /**
     * Opens {@code address}; port 0 takes a free one.
     *
     * @param accessControl decides who may see more than whether the node is healthy
     * @param tls what HTTPS is spoken with, null for HTTP
     * @throws IOException if the port is taken; the message says what to do
     */
    public static HttpEndpoint start(
            InetSocketAddress address, NodeView node, AccessControl accessControl, @Nullable SSLContext tls)
            throws IOException {
        try {
            HttpEndpoint endpoint = new HttpEndpoint(server(address, tls), node, accessControl);
            endpoint.server.start();
            return endpoint;
        } catch (BindException e) {
            throw new IOException(
                    "HTTP port %d cannot be opened: %s. Stop what listens there, or choose another with --http-port."
                            .formatted(address.getPort(), e.getMessage()),
                    e);
        }
    }

    private static HttpServer server(InetSocketAddress address, @Nullable SSLContext tls) throws IOException {
        if (tls == null) {
            return HttpServer.create(address, DEFAULT_BACKLOG);
        }
        HttpsServer server = HttpsServer.create(address, DEFAULT_BACKLOG);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return server;
    }

    /** The port in use. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) {
        var unused = open(exchange)
                .exceptionally(HttpEndpoint::failure)
                // On a thread of this endpoint, because the answer may have come on one that serves gRPC.
                .thenAcceptAsync(answer -> send(exchange, answer), threads);
    }

    private CompletableFuture<Answer> open(HttpExchange exchange) {
        try {
            Routes.Match match = routes.find(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(),
                    exchange.getRequestURI().getRawQuery());
            if (!match.forEveryone()) {
                requireAdministrator(exchange, match.path());
            }
            return match.page().open(match.request());
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What is shown and done here is about all contexts. */
    private void requireAdministrator(HttpExchange exchange, String path) {
        String token = AccessControl.httpToken(
                exchange.getRequestHeaders().getFirst(AccessControl.TOKEN_HEADER),
                exchange.getRequestHeaders().getFirst("Authorization"));
        Call call = new Call(path, null, exchange.getRemoteAddress());
        if (accessControl.check(token, Right.ADMIN, call) instanceof Access.Refused refused) {
            throw HttpFault.of(refused);
        }
    }

    private static Answer failure(Throwable fault) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        return switch (cause) {
            case HttpFault known -> known.answer();
            case StatusRuntimeException ended -> HttpFault.of(ended.getStatus()).answer();
            default -> {
                log.error("A request over HTTP failed", cause);
                yield Answer.outcome(HttpFault.INTERNAL_ERROR, false, "The request failed; the node's log says why");
            }
        };
    }

    private static void send(HttpExchange exchange, Answer answer) {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            // Much of the text was chosen by clients; a browser must not take it for a page.
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        } catch (IOException e) {
            log.debug("A caller over HTTP went away before it had its answer", e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
