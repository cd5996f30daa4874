package io.waybill.axonserver.security;

import org.jspecify.annotations.Nullable;

/**
 * A call whose caller is to be checked.
 *
 * @param name what is called: a gRPC method or an HTTP path, from the node's own table and not from the caller
 * @param context the context it is for; null when it concerns the node as a whole, and so every context
 * @param peer the address it comes from, for the log
 */
public record Call(
        String name, @Nullable String context, @Nullable Object peer) {}
