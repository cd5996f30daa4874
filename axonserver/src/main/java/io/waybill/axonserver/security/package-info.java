/**
 * Who may connect and what they may do: access tokens, TLS, and the files behind both, which may change while the node
 * runs. Knows nothing of the Axon Server API.
 */
@NullMarked
package io.waybill.axonserver.security;

import org.jspecify.annotations.NullMarked;
