package io.waybill.axonserver.security;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files that TLS needs, all PEM.
 *
 * @param certificate the node's certificate, followed by those between it and a root that the clients trust
 * @param key the private key of the first certificate, PKCS#8 without a password
 * @param clientCa certificates of those whose client certificates are accepted; null asks clients for none
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientCa) {}
