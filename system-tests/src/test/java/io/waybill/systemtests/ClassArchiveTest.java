package io.waybill.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClassArchiveTest {

    /** Or tests would start it with others than an image has. */
    @ParameterizedTest
    @EnumSource(
            value = Service.class,
            names = {"ORDER_COMMAND", "ORDER_QUERY", "INVENTORY_SAGA", "PAYMENT_SERVICE"})
    void hasTheLibrariesOfEachService(Service service) throws IOException {
        Path root = JarProcess.projectRoot();
        List<String> common = Arrays.stream(Files.readString(root.resolve("service-chassis/target/libraries"))
                        .split(File.pathSeparator))
                .map(library -> Path.of(library).getFileName().toString())
                .toList();

        try (Stream<Path> own = Files.list(root.resolve(service.moduleName()).resolve("target/lib"))) {
            assertThat(own.map(library -> library.getFileName().toString())).containsAll(common);
        }
        assertThat(service.isOnChassis()).isTrue();
    }
}
