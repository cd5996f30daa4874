package io.waybill.inventory.product;

import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.ReadsFrom;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductCommand.ListProduct;
import io.waybill.messages.inventory.ProductQuery.FindProduct;
import io.waybill.messages.inventory.ProductQuery.FindProducts;
import io.waybill.messages.inventory.ProductQuery.ProductList;
import io.waybill.messages.inventory.ProductQuery.ProductView;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.util.Currency;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lists and shows products. */
@RestController
@RequestMapping("/api/products")
class ProductController {

    /** A hundred million of a currency with two digits; a full order of it still fits a long. */
    private static final long MAX_PRICE_MINOR = 10_000_000_000L;

    private final RequestCommands commands;
    private final RequestQueries queries;

    ProductController(RequestCommands commands, RequestQueries queries) {
        this.commands = commands;
        this.queries = queries;
    }

    record ProductBody(
            @NotBlank @Size(max = 200) String name,
            @NotNull @Valid Price unitPrice,
            @Nullable Boolean backorderable,
            @Nullable @PositiveOrZero Integer lowStockThreshold) {}

    record Price(
            @NotNull @Min(0) @Max(MAX_PRICE_MINOR) Long minor,
            @NotBlank String currency) {}

    record ListedProduct(String sku, long position) {}

    @PutMapping("/{sku}")
    ResponseEntity<ListedProduct> list(@PathVariable String sku, @RequestBody ProductBody product) {
        var done = commands.<Boolean>send(new ListProduct(
                Sku.checked(sku),
                product.name(),
                money(product.unitPrice()),
                Boolean.TRUE.equals(product.backorderable()),
                Objects.requireNonNullElse(product.lowStockThreshold(), 0)));
        return ResponseEntity.status(done.result() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(new ListedProduct(sku, done.position()));
    }

    @GetMapping
    @ReadsFrom("products")
    @Nullable
    ProductList all() {
        return queries.ask(new FindProducts(), ProductList.class);
    }

    @GetMapping("/{sku}")
    @ReadsFrom(value = "products", aggregate = "product-{sku}")
    ProductView one(@PathVariable String sku) {
        @Nullable ProductView product = queries.ask(new FindProduct(sku), ProductView.class);
        if (product == null) {
            throw RequestRefused.notFound("PRODUCT_NOT_FOUND", "There is no product " + sku + ".");
        }
        return product;
    }

    private static Money money(Price price) {
        try {
            Currency.getInstance(price.currency());
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest(List.of(new InvalidRequest.Fault(
                    "/unitPrice/currency", "UNKNOWN_CURRENCY", "Use an ISO 4217 code, such as EUR.")));
        }
        return new Money(price.minor(), price.currency());
    }
}
