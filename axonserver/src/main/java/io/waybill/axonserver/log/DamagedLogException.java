package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of the log does not hold what was once acknowledged. Nothing is served from the damaged range, because going
 * on behind it would silently drop facts.
 */
public final class DamagedLogException extends IOException {

    private static final long serialVersionUID = 1L;

    private static final String REMEDY = "Restore it from a backup.";

    DamagedLogException(Path file, long offset, String reason) {
        super("%s is damaged at byte %d: %s. %s".formatted(file, offset, reason, REMEDY));
    }

    DamagedLogException(Path file, long offset, String reason, long firstPosition, long lastPosition) {
        super("%s is damaged at byte %d: %s. Positions %d to %d cannot be served. %s"
                .formatted(file, offset, reason, firstPosition, lastPosition, REMEDY));
    }

    private DamagedLogException(String message) {
        super(message);
    }

    /** An index is damaged, which costs no fact: it can be made again. */
    static DamagedLogException ofIndex(Path file, long offset) {
        return new DamagedLogException(
                "%s is damaged at byte %d. Stop the node and delete this file; it is made again at the next start."
                        .formatted(file, offset));
    }
}
