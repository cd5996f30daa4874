package io.waybill.axonserver.api;

import io.waybill.axonserver.routing.Backlog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What clients have sent of transactions that they did not complete yet. When that is too much, the connection that
 * holds most of it loses its oldest transactions: a client that completes its transactions is not the one.
 */
final class UnfinishedTransactions {

    /** Room for one of the largest transactions and many others; a quarter of the smallest heap the node is meant for. */
    private static final long MAX_BYTES = 40 << 20;

    /** What an event costs besides its content. */
    private static final int OVERHEAD_BYTES = 64;

    // Guarded by this. Oldest first.
    private final Map<AppendTransaction, Long> bytesOf = new LinkedHashMap<>();
    private final Map<Backlog, Long> bytesByConnection = new HashMap<>();
    private long bytes;

    /** The transaction received so many bytes more; returns those that are to be given up for it. */
    synchronized List<AppendTransaction> received(AppendTransaction transaction, int eventBytes) {
        long cost = eventBytes + (long) OVERHEAD_BYTES;
        bytesOf.merge(transaction, cost, Long::sum);
        bytesByConnection.merge(transaction.connection(), cost, Long::sum);
        bytes += cost;
        return bytes > MAX_BYTES ? oldestOfTheLargestConnection(bytes - MAX_BYTES) : List.of();
    }

    private List<AppendTransaction> oldestOfTheLargestConnection(long excess) {
        Backlog largest = Collections.max(bytesByConnection.entrySet(), Map.Entry.comparingByValue())
                .getKey();
        List<AppendTransaction> oldest = new ArrayList<>();
        long left = excess;
        for (Map.Entry<AppendTransaction, Long> candidate : bytesOf.entrySet()) {
            if (left > 0 && candidate.getKey().connection() == largest) {
                oldest.add(candidate.getKey());
                left -= candidate.getValue();
            }
        }
        return oldest;
    }

    /** The transaction holds nothing any more. */
    synchronized void ended(AppendTransaction transaction) {
        Long held = bytesOf.remove(transaction);
        if (held != null) {
            bytes -= held;
            bytesByConnection.computeIfPresent(
                    transaction.connection(), (connection, all) -> all.equals(held) ? null : all - held);
        }
    }
}
