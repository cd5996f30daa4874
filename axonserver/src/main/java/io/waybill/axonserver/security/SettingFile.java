package io.waybill.axonserver.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that an option names, and whether it has changed since it was read. Contents are compared rather than times:
 * the files are small, and the time of a file that is replaced may go backwards.
 */
final class SettingFile {

    private static final Logger log = LoggerFactory.getLogger(SettingFile.class);

    /** Many times what certificates or tokens take; guards against the name of something else. */
    private static final int MAX_BYTES = 1 << 20;

    private static final Set<PosixFilePermission> FOR_OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private final String option;
    private final Path path;

    /** SHA-256 of what was read last, so that no private key is kept for comparing; empty if it could not be read. */
    private byte[] seen = {};

    SettingFile(String option, Path path) {
        this.option = option;
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** The contents, which count as seen from now on. */
    byte[] read() throws IOException {
        seen = new byte[0];
        byte[] contents = contents();
        seen = sha256(contents);
        return contents;
    }

    /** Whether the contents are others than at the last look; a file that can no longer be read has changed too. */
    boolean hasChanged() {
        byte[] before = seen;
        try {
            seen = sha256(contents());
        } catch (IOException e) {
            // Whoever reads the file next tells why it cannot be.
            seen = new byte[0];
        }
        return !Arrays.equals(before, seen);
    }

    /** Warns when other users of the machine can read or write a file that holds secrets. */
    void warnIfOpenToOthers() throws IOException {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (permissions.stream().anyMatch(FOR_OTHERS::contains)) {
            log.warn("{} {} is open to every user of this machine; chmod 600 makes it private", option, path);
        }
    }

    /** What is wrong with the file, and what to do about it. */
    IOException fault(String what, String remedy) {
        return new IOException("%s %s %s. %s".formatted(option, path, what, remedy));
    }

    private byte[] contents() throws IOException {
        byte[] contents;
        try (InputStream in = Files.newInputStream(path)) {
            contents = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw fault("does not exist", "Create it, or name the right file.");
        } catch (AccessDeniedException e) {
            throw fault("may not be read", "Let the user that runs the node read it.");
        } catch (IOException e) {
            throw fault("cannot be read (" + e.getMessage() + ")", "Name the right file.");
        }
        if (contents.length > MAX_BYTES) {
            throw fault("has more than " + MAX_BYTES + " bytes", "Name the right file.");
        }
        return contents;
    }

    private static byte[] sha256(byte[] contents) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(contents);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
