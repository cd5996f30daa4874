package io.waybill.chassis.sample;

import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.messaging.StoredEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;

/** A test in the sample service, which is started once for all of them, on a node and a store of its own. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(classes = SampleApplication.class)
@AutoConfigureMockMvc
@ContextConfiguration(initializers = SampleTest.OwnNode.class)
public @interface SampleTest {

    final class OwnNode implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            try {
                var node = AxonServerNode.start(AxonServerOptions.embedded());
                appendBeforeTheServiceStarts(node);
                TestPropertySourceUtils.addInlinedPropertiesToEnvironment(
                        context,
                        "axon.axonserver.servers=" + node.address(),
                        "waybill.mongodb.uri=",
                        "waybill.look-interval=2s",
                        "waybill.mongodb.data-folder=" + Files.createTempDirectory("sample"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void appendBeforeTheServiceStarts(AxonServerNode node) {
            var factory = AxonServerConnectionFactory.forClient("earlier")
                    .routingServers(new ServerAddress("localhost", node.port()))
                    .build();
            try {
                new StoredEvent(
                                "TallyAggregate",
                                "early",
                                0,
                                SampleApplication.Counted.class.getName(),
                                "",
                                "{\"tally\": \"early\", \"by\": 4}")
                        .appendTo(factory.connect("default"));
            } finally {
                factory.shutdown();
            }
        }
    }
}
