package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.HexFormat;

/**
 * Says that the events up to a position were these and no others, in the name of whoever has the key.
 *
 * @param origin where the chain began
 * @param position of the last event it covers
 * @param chain the chain up to that event
 * @param at when it was signed
 * @param keyId of the key that signed it
 * @param signature Ed25519, over {@link #statement}
 */
@SuppressWarnings("ArrayRecordComponent") // nobody writes into them, nor compares whole records
public record ChainHead(ChainOrigin origin, long position, byte[] chain, Instant at, String keyId, byte[] signature) {

    /** What is signed, in words, so that it can be checked by any tool. */
    byte[] statement() {
        return statementText().getBytes(UTF_8);
    }

    String statementText() {
        return statement(origin, position, chain, at);
    }

    static String statement(ChainOrigin origin, long position, byte[] chain, Instant at) {
        return """
                waybill audit chain head 1
                chain %s
                begun %s
                adopted %d
                position %d
                hash %s
                at %s
                """.formatted(
                        origin.chainId(),
                        origin.begunAt(),
                        origin.adopted(),
                        position,
                        HexFormat.of().formatHex(chain),
                        at);
    }
}
