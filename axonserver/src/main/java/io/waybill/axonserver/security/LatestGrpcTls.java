package io.waybill.axonserver.security;

import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/** TLS for a gRPC server that begins each connection with the context that is the latest then. */
final class LatestGrpcTls extends SslContext {

    private final Supplier<SslContext> latest;

    LatestGrpcTls(Supplier<SslContext> latest) {
        this.latest = latest;
    }

    @Override
    public boolean isClient() {
        return latest.get().isClient();
    }

    @Override
    public List<String> cipherSuites() {
        return latest.get().cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // Netty deprecates the type, but has every context return one.
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return latest.get().applicationProtocolNegotiator();
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return latest.get().newEngine(allocator);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
        return latest.get().newEngine(allocator, peerHost, peerPort);
    }

    @Override
    public SSLSessionContext sessionContext() {
        return latest.get().sessionContext();
    }
}
