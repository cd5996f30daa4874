package io.waybill.axonserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonTest {

    @Test
    void objectsKeepTheOrderOfTheirFields() {
        assertThat(Json.of(Fields.of("b", 1).and("a", List.of(true, "x", -2L)).and("c", Map.of())))
                .isEqualTo("{\"b\":1,\"a\":[true,\"x\",-2],\"c\":{}}");
    }

    @Test
    void whateverAClientCallsItselfComesBackAsItWas() {
        String hostile = "\"\\</script>\r\n\t\u0000\u001f\u2028\u2029\ud83d\ude00\ud83d\u00e4{}";

        JsonNode read = JsonMapper.shared().readTree(Json.of(Fields.of(hostile, hostile)));

        assertThat(read.get(hostile).asString()).isEqualTo(hostile);
    }
}
