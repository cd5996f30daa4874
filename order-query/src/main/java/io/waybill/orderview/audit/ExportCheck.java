package io.waybill.orderview.audit;

import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.orderview.audit.Verdict.Finding;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Checks an export with nothing but a public key: line by line, up to the first fault. */
final class ExportCheck {

    private final JsonMapper json = new JsonMapper();
    private final EventHash hash = new EventHash();
    private final @Nullable PublicAuditKey given;

    private @Nullable PublicAuditKey key;
    private @Nullable ChainOrigin origin;
    private long first;
    private long position;
    private byte[] chain = EventHash.BEGINNING;
    private long lastHead = -1;
    private int heads;

    /** @param key that the heads are to be signed with; null for the one that the export itself names */
    ExportCheck(@Nullable PublicAuditKey key) {
        this.given = key;
        this.key = key;
    }

    /** The key that the heads were checked with; null if there was no line that named one. */
    @Nullable
    PublicAuditKey key() {
        return key;
    }

    /** Reads to the end or to the first fault. */
    Verdict check(BufferedReader lines) throws IOException {
        long number = 0;
        @Nullable String line;
        while ((line = lines.readLine()) != null) {
            number++;
            @Nullable Verdict fault;
            try {
                fault = check(json.readTree(line));
            } catch (JacksonException | IllegalArgumentException e) {
                return Verdict.of(
                        Finding.DAMAGED,
                        position,
                        "Line %d is not as it was written: %s.".formatted(number, firstLine(e)));
            }
            if (fault != null) {
                return new Verdict(fault.finding(), fault.position(), "Line %d: %s".formatted(number, fault.detail()));
            }
        }
        return end();
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private Verdict end() {
        if (origin == null) {
            return Verdict.of(Finding.CUT, 0, "There is not one line in it.");
        }
        if (heads == 0 || lastHead < position - 1) {
            return Verdict.of(
                    Finding.CUT,
                    position,
                    "It ends before the next signed head. Go on with ?after=%d, and append what comes."
                            .formatted(position - 1));
        }
        return Verdict.valid(
                "The events from %d to %d are as they were signed, at %d heads.".formatted(first, position - 1, heads));
    }

    private @Nullable Verdict check(JsonNode line) {
        if (ExportLines.isBeginning(line)) {
            return begin(ExportLines.readBeginning(line));
        }
        if (origin == null) {
            throw new IllegalArgumentException("an export does not begin like this");
        }
        return ExportLines.isHead(line) ? head(ExportLines.readHead(line)) : event(line);
    }

    private @Nullable Verdict begin(ExportLines.Beginning beginning) {
        if (origin != null) {
            boolean continues = origin.equals(beginning.origin())
                    && beginning.after() == position - 1
                    && Arrays.equals(chain, beginning.chain());
            return continues
                    ? null
                    : Verdict.of(Finding.MISSING, position, "What follows is no continuation of what is before it.");
        }
        origin = beginning.origin();
        first = beginning.after() + 1;
        position = first;
        chain = beginning.chain();
        if (given == null) {
            key = PublicAuditKey.parse(beginning.publicKey());
        }
        return first == 0 && !Arrays.equals(chain, EventHash.BEGINNING)
                ? Verdict.of(Finding.RECORD_CHANGED, 0, "No chain begins like this.")
                : null;
    }

    private @Nullable Verdict event(JsonNode line) {
        long here = EventLine.number(line, "position");
        if (here > position) {
            return Verdict.of(Finding.MISSING, position, "Here the event at this position should be.");
        }
        if (here < position) {
            return Verdict.of(Finding.INSERTED, position, "An event of an earlier position is here.");
        }
        Event event = EventLine.read(line);
        byte[] found = hash.of(event);
        if (!Arrays.equals(found, ExportLines.hash(line, "hash"))) {
            return Verdict.of(Finding.DAMAGED, position, "The event is not the one that was recorded.");
        }
        chain = hash.link(chain, position, found);
        position++;
        return null;
    }

    private @Nullable Verdict head(ChainHead head) {
        if (head.position() != position - 1) {
            return Verdict.of(
                    Finding.MISSING,
                    position,
                    "The head of position %d is here, where that of %d should be."
                            .formatted(head.position(), position - 1));
        }
        if (key == null || !head.origin().equals(origin) || !head.keyId().equals(key.id()) || !key.hasSigned(head)) {
            return Verdict.of(
                    Finding.HEAD_FORGED,
                    head.position(),
                    "The head is not signed by key %s.".formatted(key == null ? "?" : key.id()));
        }
        if (!Arrays.equals(chain, head.chain())) {
            return Verdict.of(
                    Finding.RECORD_CHANGED,
                    lastHead < first ? first : lastHead + 1,
                    "Among the events from this one to %d, some and their hashes were changed: what was signed is another chain."
                            .formatted(head.position()));
        }
        lastHead = head.position();
        heads++;
        return null;
    }
}
