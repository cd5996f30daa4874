package io.waybill.chassis.web;

import io.waybill.chassis.messaging.RequestContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Streams of server-sent events. Each has a virtual thread that writes what is new when it is woken, so that a browser
 * that reads slowly holds up nobody but itself. A stream that fails just ends: the browser comes back and says what it had
 * last.
 */
public final class LiveStreams implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(LiveStreams.class);
    /** Half of the time after which the gateway takes a silent service for dead. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    /** Soon, and not the same for all, or all would come back at once. */
    private static final long SHORTEST_RETURN_MILLIS = 500;

    private static final long LONGEST_RETURN_MILLIS = 2500;

    private final Semaphore places;
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean running;

    /** @param places for streams at the same time */
    LiveStreams(int places) {
        this.places = new Semaphore(places);
    }

    /** What a stream tells. Used by one thread at a time. */
    public interface Source extends AutoCloseable {

        /**
         * Sends all that is new. Called when the stream begins, and whenever it was woken since.
         *
         * @throws IOException if the browser is gone
         */
        void sendNews(Sink sink) throws IOException;

        /** When it looks for news though nobody woke it; a browser hears from the stream at least as often. */
        default Duration lookInterval() {
            return HEARTBEAT;
        }

        @Override
        void close();
    }

    /** Where it is told. */
    public interface Sink {

        /**
         * Sends an event.
         *
         * @param id what the browser gives back as {@code Last-Event-ID} when it comes back; null to
         *     leave it at the one before
         * @param event name of the event
         * @param data sent as JSON
         * @throws IOException if the browser is gone
         */
        void send(@Nullable String id, String event, Object data) throws IOException;

        /**
         * Has the browser remember an ID without any event.
         *
         * @throws IOException if the browser is gone
         */
        void mark(String id) throws IOException;
    }

    /**
     * Begins a stream.
     *
     * @param opened makes its source, given what wakes the stream; that may be called on any thread and never waits
     * @throws RequestRefused 503 if there are as many streams as may be, or the service is stopping
     */
    public SseEmitter open(Function<Runnable, Source> opened) {
        if (!running || !places.tryAcquire()) {
            throw RequestRefused.overloaded("There are too many streams already. Ask again after Retry-After.");
        }
        var stream = new Stream(RequestContext.current());
        try {
            Source source = opened.apply(stream::wake);
            streams.add(stream);
            stream.start(source);
        } catch (RuntimeException | Error e) {
            streams.remove(stream);
            places.release();
            throw e;
        }
        return stream.emitter;
    }

    @Override
    public void start() {
        running = true;
    }

    /** Before the server, which would wait for their end. */
    @Override
    public void stop() {
        running = false;
        streams.forEach(Stream::end);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    private final class Stream {

        private final @Nullable RequestContext request;
        private final SseEmitter emitter = new SseEmitter(0L);
        private final Semaphore woken = new Semaphore(0);
        private volatile boolean ended;

        Stream(@Nullable RequestContext request) {
            this.request = request;
            emitter.onCompletion(this::end);
            emitter.onError(failure -> end());
        }

        void wake() {
            // One permit says it all.
            if (woken.availablePermits() == 0) {
                woken.release();
            }
        }

        void end() {
            ended = true;
            wake();
        }

        void start(Source source) {
            var unused = Thread.ofVirtual().name("stream").start(() -> run(source));
        }

        private void run(Source source) {
            if (request != null) {
                request.enter();
            }
            try (source) {
                emitter.send(SseEmitter.event()
                        .reconnectTime(
                                ThreadLocalRandom.current().nextLong(SHORTEST_RETURN_MILLIS, LONGEST_RETURN_MILLIS)));
                while (!ended) {
                    woken.drainPermits();
                    source.sendNews(new Writer());
                    if (!ended && !woken.tryAcquire(source.lookInterval().toMillis(), TimeUnit.MILLISECONDS)) {
                        emitter.send(SseEmitter.event().comment("still here"));
                    }
                }
            } catch (IOException | IllegalStateException e) {
                LOG.debug("A browser is gone", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.warn("A stream ends, and its browser will come back", e);
            } finally {
                streams.remove(this);
                places.release();
                complete();
            }
        }

        private void complete() {
            try {
                emitter.complete();
            } catch (IllegalStateException e) {
                LOG.debug("The server has ended it already, for its browser is gone", e);
            }
        }

        private final class Writer implements Sink {

            @Override
            public void send(@Nullable String id, String event, Object data) throws IOException {
                SseEmitter.SseEventBuilder told = SseEmitter.event().name(event).data(data, MediaType.APPLICATION_JSON);
                emitter.send(id == null ? told : told.id(id));
            }

            @Override
            public void mark(String id) throws IOException {
                emitter.send(SseEmitter.event().id(id).comment("up to here"));
            }
        }
    }
}
