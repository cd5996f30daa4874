package io.waybill.gateway;

import io.waybill.gateway.AllServices.Answers;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What each service tells operators of itself, put together. */
@RestController
@RequestMapping("/api/ops")
class OperationsController {

    private final AllServices services;

    OperationsController(AllServices services) {
        this.services = services;
    }

    @GetMapping("/processors")
    Answers processors() {
        return services.ask("/api/ops/processors/{service}", Map.of());
    }

    @GetMapping("/dead-letters")
    Answers deadLetters(@RequestParam(required = false) @Nullable String processor) {
        return processor == null
                ? services.ask("/api/ops/dead-letters/{service}", Map.of())
                : services.ask("/api/ops/dead-letters/{service}?processor={processor}", Map.of("processor", processor));
    }
}
