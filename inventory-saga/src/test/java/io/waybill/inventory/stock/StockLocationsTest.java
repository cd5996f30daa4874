package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.messages.inventory.StockEvent.Allocation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StockLocationsTest {

    private static final long SEED = 20_261_124;
    private static final int DRAWS = 5_000;

    private final StockLocations locations = new StockLocations(List.of("main", "north"));

    @Test
    void takesTheMostImportantLocationThatWillDoAlone() {
        assertThat(locations.choose(Map.of("main", 3, "north", 4, "annex", 9), 4))
                .containsExactly(new Allocation("north", 4));
    }

    @Test
    void oneParcelFromAMinorLocationIsBetterThanTwoFromImportantOnes() {
        assertThat(locations.choose(Map.of("main", 3, "north", 4, "annex", 9), 7))
                .containsExactly(new Allocation("annex", 7));
    }

    @Test
    void amongEquallyFewParcelsThePriorityDecides() {
        assertThat(locations.choose(Map.of("main", 3, "north", 4, "annex", 5), 7))
                .containsExactly(new Allocation("main", 3), new Allocation("north", 4));
    }

    @Test
    void locationsNotListedComeLastByName() {
        assertThat(locations.choose(Map.of("zoo", 2, "annex", 2, "barn", 2), 4))
                .containsExactly(new Allocation("annex", 2), new Allocation("barn", 2));
    }

    @Test
    void doesWithoutWhatLeavesTheRestInTheFewestParcels() {
        assertThat(locations.spare(Map.of("main", 1, "north", 4), 2))
                .containsExactly(new Allocation("main", 1), new Allocation("north", 1));
    }

    /** Compared with a search of all subsets in the order of priority. */
    @Test
    void neverTakesMoreParcelsThanNeeded() {
        for (long seed = SEED; seed < SEED + DRAWS; seed++) {
            var random = new Random(seed);
            Map<String, Integer> pieces = new HashMap<>();
            for (String location : List.of("north", "zoo", "main", "annex", "barn")) {
                if (random.nextBoolean()) {
                    pieces.put(location, 1 + random.nextInt(6));
                }
            }
            int all = pieces.values().stream().mapToInt(Integer::intValue).sum();
            int quantity = random.nextInt(all + 1);

            assertThat(locations.choose(pieces, quantity).stream()
                            .map(Allocation::location)
                            .toList())
                    .as("seed %d: %d of %s", seed, quantity, pieces)
                    .isEqualTo(best(pieces, quantity));
        }
    }

    private static List<String> best(Map<String, Integer> pieces, int quantity) {
        List<String> byPriority = List.of("main", "north", "annex", "barn", "zoo").stream()
                .filter(pieces::containsKey)
                .toList();
        List<List<String>> enough = new ArrayList<>();
        for (int subset = 0; subset < (1 << byPriority.size()); subset++) {
            List<String> chosen = new ArrayList<>();
            for (int i = 0; i < byPriority.size(); i++) {
                // The first of them is the highest bit, so that counting down goes by priority.
                if ((subset & (1 << (byPriority.size() - 1 - i))) != 0) {
                    chosen.add(byPriority.get(i));
                }
            }
            if (chosen.stream().mapToInt(pieces::get).sum() >= quantity) {
                enough.addFirst(chosen);
            }
        }
        return enough.stream().min(Comparator.comparingInt(List::size)).orElseThrow();
    }

    @Test
    void goodsOfNoNamedLocationGoToTheFirst() {
        assertThat(locations.first()).isEqualTo("main");
    }

    @Test
    void refusesAConfigurationThatMakesNoSense() {
        assertThatThrownBy(() -> new StockLocations(List.of())).hasMessageContaining("waybill.stock.locations");
        assertThatThrownBy(() -> new StockLocations(List.of("main", " "))).hasMessageContaining("blank");
        assertThatThrownBy(() -> new StockLocations(List.of("main", "main"))).hasMessageContaining("once");
    }
}
