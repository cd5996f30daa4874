package io.waybill.gateway;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.Closeable;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.util.MultiValueMap;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Streams on their way from a service to a browser. They never end by themselves, so there may be only so many, and they are
 * broken off when the gateway stops: the browser comes back and says what it had last.
 */
@Component
class RelayedStreams implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(RelayedStreams.class);
    /** Twice as many as an instance of a service has. Each is a virtual thread and two connections. */
    private static final int MAX_STREAMS = 400;

    private final Semaphore places = new Semaphore(MAX_STREAMS);
    private final Set<Closeable> sources = ConcurrentHashMap.newKeySet();
    private volatile boolean running;

    /** @param source what is closed to break the answer off */
    ServerResponse relay(ServerResponse answer, Closeable source) {
        return new Relayed(answer, source);
    }

    @Override
    public void start() {
        running = true;
    }

    /** Before the server, which would wait for their end. */
    @Override
    public void stop() {
        running = false;
        sources.forEach(RelayedStreams::close);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    private static void close(Closeable source) {
        try {
            source.close();
        } catch (IOException e) {
            LOG.debug("A stream was broken off already", e);
        }
    }

    private final class Relayed implements ServerResponse {

        private final ServerResponse answer;
        private final Closeable source;

        Relayed(ServerResponse answer, Closeable source) {
            this.answer = answer;
            this.source = source;
        }

        @Override
        public HttpStatusCode statusCode() {
            return answer.statusCode();
        }

        @Override
        public HttpHeaders headers() {
            return answer.headers();
        }

        @Override
        public MultiValueMap<String, Cookie> cookies() {
            return answer.cookies();
        }

        @Override
        public @Nullable ModelAndView writeTo(HttpServletRequest request, HttpServletResponse response, Context context)
                throws ServletException, IOException {
            if (!running || !places.tryAcquire()) {
                close(source);
                throw new ServiceCalls.Overloaded();
            }
            sources.add(source);
            try {
                return answer.writeTo(request, new ToBrowser(response, source), context);
            } catch (IOException e) {
                // Nothing can be answered any more: one of the two sides is gone, or the gateway is stopping.
                LOG.debug("A stream broke off", e);
                return null;
            } finally {
                sources.remove(source);
                places.release();
            }
        }
    }

    /** Breaks off what comes from the service as soon as the browser takes no more. */
    private static final class ToBrowser extends HttpServletResponseWrapper {

        private final Closeable source;

        ToBrowser(HttpServletResponse response, Closeable source) {
            super(response);
            this.source = source;
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            ServletOutputStream browser = super.getOutputStream();
            return new ServletOutputStream() {
                @Override
                public void write(int octet) throws IOException {
                    write(new byte[] {(byte) octet}, 0, 1);
                }

                @Override
                public void write(byte[] octets, int offset, int length) throws IOException {
                    try {
                        browser.write(octets, offset, length);
                    } catch (IOException e) {
                        RelayedStreams.close(source);
                        throw e;
                    }
                }

                @Override
                public void flush() throws IOException {
                    try {
                        browser.flush();
                    } catch (IOException e) {
                        RelayedStreams.close(source);
                        throw e;
                    }
                }

                @Override
                public boolean isReady() {
                    return browser.isReady();
                }

                @Override
                public void setWriteListener(WriteListener listener) {
                    browser.setWriteListener(listener);
                }
            };
        }
    }
}
