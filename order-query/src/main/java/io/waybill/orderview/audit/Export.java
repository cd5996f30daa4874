package io.waybill.orderview.audit;

import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.waybill.orderview.audit.EventSource.EventsUnreadable;
import io.waybill.orderview.audit.EventSource.Reading;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes the event store out, event by event as they are read, up to the last signed head. */
final class Export {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** The client is the slow one. */
    private static final int PERMITS = 1_000;

    private final EventSource events;
    private final ChainStore store;
    private final PublicAuditKey key;
    private final JsonMapper json;

    Export(EventSource events, ChainStore store, PublicAuditKey key, JsonMapper json) {
        this.events = events;
        this.store = store;
        this.key = key;
        this.json = json;
    }

    /**
     * How an export begins.
     *
     * @param after position of the event before the first one, -1 for all
     * @return empty if nothing was recorded up to there
     */
    Optional<ExportLines.Beginning> beginning(long after) {
        Optional<ChainOrigin> origin = store.origin();
        return origin.flatMap(
                known -> store.chainAt(after).map(chain -> new ExportLines.Beginning(known, after, chain, key.pem())));
    }

    /**
     * Writes the lines.
     *
     * @throws IOException if the client is gone
     * @throws EventsUnreadable if the event store does not give an event; what was written before has no head behind it
     */
    void write(ExportLines.Beginning beginning, OutputStream out) throws IOException, InterruptedException {
        write(ExportLines.beginning(beginning), out);
        long position = beginning.after() + 1;
        try (Reading<EventWithToken> reading = events.from(position, PERMITS)) {
            Optional<Chunk> chunk = store.chunk(Chunk.numberOf(position));
            while (chunk.isPresent()) {
                for (int i = (int) (position - chunk.get().first());
                        i < chunk.get().count();
                        i++) {
                    @Nullable EventWithToken event = reading.next(PATIENCE);
                    if (event == null) {
                        throw new EventsUnreadable("The event store does not give event " + position, null);
                    }
                    write(ExportLines.event(event, chunk.get().hash(i)), out);
                    position++;
                }
                write(ExportLines.head(chunk.get().head()), out);
                chunk = chunk.get().isFull() ? store.chunk(chunk.get().number() + 1) : Optional.empty();
            }
        }
    }

    private void write(ObjectNode line, OutputStream out) throws IOException {
        out.write(json.writeValueAsBytes(line));
        out.write('\n');
    }
}
