package io.waybill.inventory.product;

import io.waybill.chassis.web.RequestRefused;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;

/** What a stock keeping unit may be called. */
public final class Sku {

    /** Plain enough for an aggregate's ID, a path and a label. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private Sku() {}

    /**
     * The SKU itself.
     *
     * @throws RequestRefused 400 if it is none
     */
    public static String checked(String sku) {
        if (!FORM.matcher(sku).matches()) {
            throw new RequestRefused(
                    HttpStatus.BAD_REQUEST,
                    "INVALID_SKU",
                    "A SKU has 1 to 64 letters, digits, dots, dashes or underscores, a letter or digit first.");
        }
        return sku;
    }
}
