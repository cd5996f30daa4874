package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key that signs heads, Ed25519, in a file outside all stores: whoever can change the event store, or this service's
 * database, cannot sign what he made of it.
 */
final class AuditKey {

    static final String ALGORITHM = "Ed25519";

    private static final Logger LOG = LoggerFactory.getLogger(AuditKey.class);

    private final PrivateKey secret;
    private final PublicAuditKey open;

    private AuditKey(PrivateKey secret, PublicAuditKey open) {
        this.secret = secret;
        this.open = open;
    }

    /**
     * Reads the key, or makes one if there is none.
     *
     * @param file with the private key (PKCS 8) and the public one (X.509), both as PEM; the public one is put beside it
     *     too, to be given away
     * @throws IllegalStateException if the file is no such file, or cannot be written
     */
    static AuditKey in(Path file) {
        try {
            if (Files.notExists(file)) {
                make(file);
            }
            String text = Files.readString(file, US_ASCII);
            PrivateKey secret = KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(Pem.read(text, "PRIVATE KEY")));
            return new AuditKey(secret, PublicAuditKey.parse(text));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "waybill.audit.key-file is %s, which is to hold an Ed25519 key and its public key as PEM. Mend it, or name a file that is not there to have one made: %s"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    /** Under its name it is there at once and as a whole, whoever else makes one at the same time. */
    private static void make(Path file) throws IOException, GeneralSecurityException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        String open = Pem.write("PUBLIC KEY", pair.getPublic().getEncoded());
        Path draft = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
        write(draft, Pem.write("PRIVATE KEY", pair.getPrivate().getEncoded()) + open, "rw-------");
        try {
            Files.createLink(file, draft);
            Files.writeString(file.resolveSibling(withoutExtension(file) + ".pub"), open, US_ASCII);
            LOG.info("A new key signs the audit chain: {}", file);
        } catch (FileAlreadyExistsException e) {
            LOG.debug("Another instance made the key at the same time", e);
        } finally {
            Files.delete(draft);
        }
    }

    private static String withoutExtension(Path file) {
        return file.getFileName().toString().replaceFirst("\\.key$", "");
    }

    private static void write(Path file, String text, String permissions) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
        try (FileChannel channel = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), attributes)) {
            ByteBuffer bytes = US_ASCII.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    PublicAuditKey open() {
        return open;
    }

    /** Signs a head; the time is one that any store keeps as it is. */
    ChainHead sign(ChainOrigin origin, long position, byte[] chain, Instant now) {
        Instant at = now.truncatedTo(ChronoUnit.MILLIS);
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(secret);
            signature.update(ChainHead.statement(origin, position, chain, at).getBytes(UTF_8));
            return new ChainHead(origin, position, chain, at, open.id(), signature.sign());
        } catch (SignatureException e) {
            throw new IllegalStateException("The head of the audit chain could not be signed", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has Ed25519", e);
        }
    }
}
