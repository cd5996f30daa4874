package io.waybill.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.systemtests.CrashMatrix.Outcome;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A slice of what {@code ./waybill crash-matrix} does for every story and every process. */
class CrashMatrixTest {

    /** The way that most orders go. */
    private static final String STORY = "confirmed";

    @Test
    void anOrderEndsAsEverWhereverTheProcessThatRunsItsSagasIsKilled() throws IOException {
        try (var matrix = new CrashMatrix()) {
            matrix.survey(story -> story.title().equals(STORY));

            List<Outcome> outcomes = matrix.run(row -> true, List.of(Service.INVENTORY_SAGA));

            assertThat(outcomes)
                    .hasSameSizeAs(matrix.rows())
                    .isNotEmpty()
                    .allSatisfy(outcome ->
                            assertThat(outcome.fault()).as("%s", outcome.row()).isNull());
            assertThat(matrix.faultsBeside()).isEmpty();
        }
    }
}
