package io.waybill.systemtests;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the matrix is wanted.
 *
 * @param process null for all
 * @param victim null for all
 */
record CrashMatrixOptions(
        @Nullable String process, @Nullable Service victim) {

    static final String USAGE = """
            Usage: ./waybill crash-matrix [--saga NAME] [--victim PROCESS]

              --saga NAME       only steps of this saga: checkout, amendment, shipment, return, exchange, backorder,
                                cancellation; or provider, for the calls to the payment provider
              --victim PROCESS  kill only this one: axonserver, order-command, order-query, inventory-saga,
                                payment-service, gateway
            """;

    /** @throws IllegalArgumentException if they are not understood; the message says why */
    static CrashMatrixOptions parse(String... args) {
        @Nullable String process = null;
        @Nullable Service victim = null;
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw new IllegalArgumentException("'" + args[i] + "' has no value");
            }
            String value = args[i + 1];
            switch (args[i]) {
                case "--saga" -> process = value;
                case "--victim" ->
                    victim = Service.valueOf(value.toUpperCase(Locale.ROOT).replace('-', '_'));
                default -> throw new IllegalArgumentException("There is no option '" + args[i] + "'");
            }
        }
        return new CrashMatrixOptions(process, victim);
    }

    boolean isAll() {
        return process == null && victim == null;
    }

    boolean wants(CrashMatrix.Row row) {
        return process == null || process.equals(row.process());
    }

    List<Service> victims() {
        return Arrays.stream(Service.values())
                .filter(service -> victim == null || victim == service)
                .toList();
    }
}
