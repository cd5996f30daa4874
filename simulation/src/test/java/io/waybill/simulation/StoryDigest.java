package io.waybill.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.springframework.util.DigestUtils;

/** Tells a JVM from another by the stories of some seeds: a process of its own, whose last line is the digest of them. */
final class StoryDigest {

    /** So many that some have several instances, crashes, losses and jumps of the clock. */
    private static final int STORIES = 10;

    private StoryDigest() {}

    @SuppressWarnings("SystemOut") // it is what the parent process reads
    public static void main(String[] arguments) {
        System.out.println(of(Long.parseLong(arguments[0])));
    }

    static String of(long firstSeed) {
        var histories = new Histories();
        String stories = LongStream.range(firstSeed, firstSeed + STORIES)
                .mapToObj(histories::story)
                .collect(Collectors.joining("\n"));
        return DigestUtils.md5DigestAsHex(stories.getBytes(UTF_8));
    }
}
