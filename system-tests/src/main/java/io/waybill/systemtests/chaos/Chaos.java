package io.waybill.systemtests.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/** {@code ./waybill chaos}: breaks a Waybill of its own for some minutes and says what became of it. */
final class Chaos {

    private static final String USAGE = """
            Usage: ./waybill chaos [--minutes N] [--seed S] [--twice] [--folder DIR]

              --minutes N   for how long things are broken (default 2)
              --seed S      of all choices (default: another one each time)
              --twice       two instances of every service, not only of those that share work
              --folder DIR  where the report goes, and logs and data if something was found (default .waybill/chaos)
            """;

    private Chaos() {}

    public static void main(String[] arguments) throws Exception {
        double minutes = 2;
        long seed = new Random().nextInt(Integer.MAX_VALUE);
        boolean twice = false;
        Path folder = ChaosRun.defaultFolder();
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--minutes" -> minutes = Double.parseDouble(arguments[++i]);
                    case "--seed" -> seed = Long.parseLong(arguments[++i]);
                    case "--twice" -> twice = true;
                    case "--folder" -> folder = Path.of(arguments[++i]);
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            System.err.println(USAGE);
            System.exit(2);
        }
        var duration = Duration.ofMillis((long) (minutes * 60_000));
        var run = new ChaosRun(new ChaosRun.Settings(duration, seed, twice, folder.toAbsolutePath(), false));
        boolean well = run.run();
        System.out.println(run.report());
        System.exit(well ? 0 : 1);
    }
}
