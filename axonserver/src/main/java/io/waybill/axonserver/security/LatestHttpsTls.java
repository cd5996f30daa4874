package io.waybill.axonserver.security;

import java.security.SecureRandom;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** TLS for an HTTPS server that begins each connection with the context that is the latest then. */
final class LatestHttpsTls extends SSLContext {

    LatestHttpsTls(Supplier<SSLContext> latest) {
        super(new Latest(latest), latest.get().getProvider(), latest.get().getProtocol());
    }

    private static final class Latest extends SSLContextSpi {

        private final Supplier<SSLContext> latest;

        Latest(Supplier<SSLContext> latest) {
            this.latest = latest;
        }

        @Override
        protected void engineInit(
                KeyManager @Nullable [] keys, TrustManager @Nullable [] trust, @Nullable SecureRandom random) {
            throw new IllegalStateException("Keys come from the TLS files");
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return latest.get().createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String peerHost, int peerPort) {
            return latest.get().createSSLEngine(peerHost, peerPort);
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return latest.get().getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return latest.get().getServerSocketFactory();
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return latest.get().getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return latest.get().getClientSessionContext();
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            return latest.get().getDefaultSSLParameters();
        }

        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return latest.get().getSupportedSSLParameters();
        }
    }
}
