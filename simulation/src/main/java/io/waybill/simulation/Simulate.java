package io.waybill.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Lives through any number of histories: {@code --seeds N --from SEED}. Ends with 1 at the first that goes wrong, and
 * tells its story.
 */
final class Simulate {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long PROGRESS_EVERY_NANOS = 5 * NANOS_PER_SECOND;

    private Simulate() {}

    public static void main(String[] arguments) {
        // What is made to fail need not be said.
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        long seeds = option(arguments, "--seeds", 10_000);
        long from = option(arguments, "--from", 1);
        System.exit(run(from, seeds) ? 0 : 1);
    }

    private static boolean run(long from, long seeds) {
        var histories = new Histories();
        long began = System.nanoTime();
        long said = began;
        for (long seed = from; seed < from + seeds; seed++) {
            Optional<AssertionError> failure = histories.live(seed);
            if (failure.isPresent()) {
                System.err.printf(
                        "%s%n%nOnce the cause is mended, add this line to simulation/src/test/resources/kept-seeds: %d%n",
                        failure.get().getMessage(), seed);
                return false;
            }
            if (System.nanoTime() - said > PROGRESS_EVERY_NANOS) {
                said = System.nanoTime();
                System.out.printf(
                        "%,d of %,d histories, %,d a second%n", seed - from + 1, seeds, rate(seed - from + 1, began));
            }
        }
        System.out.printf(
                "%,d histories (seeds %d to %d), %,d a second, nothing wrong. They reached:%n",
                seeds, from, from + seeds - 1, rate(seeds, began));
        histories.reached().forEach((what, times) -> System.out.printf("%,12d  %s%n", times, what));
        return true;
    }

    private static long rate(long histories, long began) {
        return histories * NANOS_PER_SECOND / Math.max(1, System.nanoTime() - began);
    }

    private static long option(String[] arguments, String name, long otherwise) {
        long value = otherwise;
        for (int i = 0; i < arguments.length; i += 2) {
            boolean known = arguments[i].equals("--seeds") || arguments[i].equals("--from");
            if (!known || i + 1 == arguments.length || !arguments[i + 1].matches("[0-9]{1,18}")) {
                System.err.println("waybill: simulate takes --seeds N and --from SEED, both whole numbers");
                System.exit(2);
            }
            value = arguments[i].equals(name) ? Long.parseLong(arguments[i + 1]) : value;
        }
        return value;
    }
}
