package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchmarkOptionsTest {

    @Test
    void withoutArgumentsTheBundledNodeIsMeasured() {
        BenchmarkOptions options = parse();

        assertThat(options.scenario()).isEqualTo("node");
        assertThat(options.address()).isEmpty();
        assertThat(options.against()).isEmpty();
        assertThat(options.quick()).isFalse();
        assertThat(options.data()).isEqualTo(Path.of(".waybill"));
    }

    @Test
    void everyOptionIsUnderstood() {
        BenchmarkOptions options = parse(
                "--node=a/node",
                "node",
                "--against=localhost:1",
                "--against-process=7",
                "--address=h:2",
                "--quick",
                "--only=append, 64|read",
                "--json=out.json");

        assertThat(options.node()).isEqualTo(Path.of("a/node"));
        assertThat(options.against()).contains("localhost:1");
        assertThat(options.againstProcess()).contains(7L);
        assertThat(options.address()).contains("h:2");
        assertThat(options.quick()).isTrue();
        assertThat(options.only())
                .accepts("append, 64 in flight", "tracking read")
                .rejects("append, 1 in flight");
        assertThat(options.json()).contains(Path.of("out.json"));
    }

    @Test
    void unknownScenarioIsRefusedWithThoseThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("nodes"))
                .withMessageContaining("nodes")
                .withMessageContaining("There is: node, replay, stock");
    }

    @Test
    void theStockScenarioIsForTheBundledNode() {
        assertThat(parse("stock", "--quick").scenario()).isEqualTo("stock");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("stock", "--against=localhost:1"))
                .withMessageContaining("bundled node");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("stock", "--address=localhost:1"))
                .withMessageContaining("bundled node");
    }

    @Test
    void whatCannotBeUnderstoodIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> parse("--slow")).withMessageContaining("--slow");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--against=somewhere"))
                .withMessageContaining("host:port");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--against"))
                .withMessageContaining("value");
        assertThatIllegalArgumentException().isThrownBy(() -> parse("--only=(")).withMessageContaining("group");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--against-process=x"))
                .withMessageContaining("number");
    }

    private static BenchmarkOptions parse(String... arguments) {
        return BenchmarkOptions.parse(arguments, Map.of());
    }
}
