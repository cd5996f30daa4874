package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of the log does not hold what was once acknowledged. Nothing is served from such a file, because going on
 * would silently drop facts.
 */
public final class DamagedLogException extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedLogException(Path file, long offset, String reason) {
        super("%s is damaged at byte %d: %s. Restore it from a backup.".formatted(file, offset, reason));
    }
}
