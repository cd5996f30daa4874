package io.waybill.axonserver.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The file of applications and the hashes of their tokens: one application a line, its columns {@code name rights
 * contexts hash} separated by spaces, empty lines and those that begin with {@code #} left out. An application may have
 * several lines, as it does while one token takes the place of another.
 */
final class TokensFile {

    /** A failed attempt is compared with every line, so their number is what such an attempt can cost. */
    private static final int MAX_APPLICATIONS = 1_000;

    private static final int COLUMNS = 4;

    private TokensFile() {}

    /** Reads {@code file}; faults are told by line number, because a line may hold a token by mistake. */
    static List<Application> read(SettingFile file) throws IOException {
        List<Application> applications = new ArrayList<>();
        int number = 0;
        for (String line :
                new String(file.read(), StandardCharsets.UTF_8).lines().toList()) {
            number++;
            String trimmed = line.strip();
            if (!trimmed.isEmpty() && !trimmed.startsWith("#")) {
                applications.add(application(file, number, trimmed));
            }
        }
        if (applications.isEmpty()) {
            throw file.fault("names no application", "Make a token: java -jar axonserver.jar token --name=NAME ...");
        }
        if (applications.size() > MAX_APPLICATIONS) {
            throw file.fault("has more than " + MAX_APPLICATIONS + " lines", "Remove those that are no longer used.");
        }
        return applications;
    }

    private static Application application(SettingFile file, int number, String line) throws IOException {
        String[] columns = line.split("\\s+", -1);
        try {
            if (columns.length != COLUMNS) {
                throw new IllegalArgumentException("a line is: name rights contexts hash");
            }
            return Application.of(columns[0], columns[1], columns[2], TokenHash.parse(columns[3]));
        } catch (IllegalArgumentException e) {
            throw file.fault(
                    "is wrong in line %d: %s".formatted(number, e.getMessage()),
                    "The token command of axonserver.jar prints lines as they have to be.");
        }
    }

    /** Adds a line to {@code file}, which is created for its owner only if it does not exist. */
    static void append(Path file, Application application) throws IOException {
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, ownerOnly(file))) {
            String separator = endsInsideALine(channel) ? "\n" : "";
            ByteBuffer line = ByteBuffer.wrap((separator + application.line() + "\n").getBytes(StandardCharsets.UTF_8));
            channel.position(channel.size());
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(true);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rw-------");
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
    }

    private static boolean endsInsideALine(FileChannel channel) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        return channel.size() > 0 && channel.read(last, channel.size() - 1) == 1 && last.get(0) != '\n';
    }
}
