package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.InstructionResult;
import io.axoniq.axonserver.grpc.control.ClientIdentification;
import io.axoniq.axonserver.grpc.control.EventProcessorInfo;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One application instance, its instruction stream, and what it last said about its event processors. */
public final class ConnectedClient {

    private static final Logger log = LoggerFactory.getLogger(ConnectedClient.class);

    /**
     * A client that has sent heartbeats and falls silent this long is taken for hung. Twice what the original allows,
     * because here the applications share one busy machine with the node.
     */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** An application has a handful of processors; one that reports many more is out of order. */
    private static final int MAX_PROCESSORS = 500;

    /** A segment is reported in some 25 bytes, so this is tens of thousands of them. */
    private static final long MAX_REPORTED_BYTES = 1 << 20;

    /** What may pile up for a client that does not read: more than any first list of all handlers. */
    private static final long MAX_UNREAD_BYTES = 4 << 20;

    private final ServerCallStreamObserver<PlatformOutboundInstruction> stream;
    private final ConnectedClients registry;
    private final Consumer<ConnectedClient> onGone;
    private volatile ClientIdentification identification = ClientIdentification.getDefaultInstance();
    private volatile boolean sendsHeartbeats;
    private volatile long heardNanos;

    // Guarded by this.
    private final Map<String, EventProcessorInfo> processors = new TreeMap<>();
    private long reportedBytes;
    private boolean reportsTooMuch;
    private long unreadBytes;
    private boolean ended;

    ConnectedClient(
            ServerCallStreamObserver<PlatformOutboundInstruction> stream,
            ConnectedClients registry,
            Consumer<ConnectedClient> onGone) {
        this.stream = stream;
        this.registry = registry;
        this.onGone = onGone;
        // With a handler set, sending to a client that has just gone is a no-op rather than an exception.
        stream.setOnCancelHandler(() -> {});
    }

    /** The application says who it is. */
    public synchronized void register(ClientIdentification who) {
        identification = who;
        if (!ended) {
            registry.registered(this);
        }
    }

    /** What distinguishes this instance from others of the same application. */
    public String id() {
        return identification.getClientId();
    }

    /** The application; its instances share the name. */
    public String component() {
        return identification.getComponentName();
    }

    /** The version of the client's connector, empty when it does not say. */
    public String version() {
        return identification.getVersion();
    }

    /** What the application says about where it runs. */
    public Map<String, String> tags() {
        return identification.getTagsMap();
    }

    /** The application gave a sign of life. */
    public void heartbeat() {
        heardNanos = System.nanoTime();
        sendsHeartbeats = true;
    }

    /** Takes what the application says about one of its event processors; the last report of each is kept. */
    public synchronized void report(EventProcessorInfo report) {
        EventProcessorInfo last = processors.get(report.getProcessorName());
        long bytes = reportedBytes + report.getSerializedSize() - (last == null ? 0 : last.getSerializedSize());
        if (bytes > MAX_REPORTED_BYTES || (last == null && processors.size() >= MAX_PROCESSORS)) {
            if (!reportsTooMuch) {
                log.warn("{} reports more about its event processors than is kept; the rest is ignored", this);
            }
            reportsTooMuch = true;
            return;
        }
        processors.put(report.getProcessorName(), report);
        reportedBytes = bytes;
    }

    /** The last report of each of the client's event processors, sorted by name. */
    public synchronized Collection<EventProcessorInfo> processors() {
        return List.copyOf(processors.values());
    }

    /** The application has carried out an instruction, or could not. */
    public void result(InstructionResult result) {
        registry.instructions().result(this, result);
    }

    /** The application has received an instruction, or refuses it. */
    public void acknowledged(InstructionAck ack) {
        registry.instructions().acknowledged(this, ack);
    }

    /** Sends an instruction; false when the client is gone or does not read. */
    public synchronized boolean send(PlatformOutboundInstruction instruction) {
        if (ended || stream.isCancelled() || isNotReading()) {
            return false;
        }
        unreadBytes = stream.isReady() ? 0 : unreadBytes + instruction.getSerializedSize();
        stream.onNext(instruction);
        return true;
    }

    /** The application has closed its side, or is gone. */
    public void disconnected() {
        end(stream::onCompleted);
    }

    void fail(StatusRuntimeException error) {
        end(() -> stream.onError(error));
    }

    private void end(Runnable close) {
        synchronized (this) {
            if (!ended && !stream.isCancelled()) {
                close.run();
            }
            ended = true;
        }
        registry.gone(this);
        onGone.accept(this);
    }

    boolean isSilent(long nowNanos) {
        return sendsHeartbeats && nowNanos - heardNanos > SILENCE_NANOS;
    }

    synchronized boolean isNotReading() {
        return unreadBytes > MAX_UNREAD_BYTES;
    }

    @Override
    public String toString() {
        return component() + " (" + id() + ")";
    }
}
