package io.waybill.chassis.messaging;

/** In the package of what it makes, so that it need not be public there. */
public final class ServiceCorrelation {

    private ServiceCorrelation() {}

    public static Correlation of(String service) {
        return new Correlation(service);
    }
}
