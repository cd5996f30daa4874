package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.waybill.orderview.audit.Verdict.Finding;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Checks a file with an export of the audit, on any machine; needs neither a service nor a store. */
public final class VerifyExport {

    private static final int VALID = 0;
    private static final int FAULT = 1;
    private static final int USAGE = 2;

    private VerifyExport() {}

    /** Exit code 0: nothing is wrong; 1: something is; 2: it could not be read. */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        boolean withKey = arguments.length == 3 && arguments[1].equals("--key");
        if (arguments.length != 1 && !withKey) {
            err.println("Usage: ./waybill verify-export FILE [--key FILE]");
            return USAGE;
        }
        try {
            @Nullable
            PublicAuditKey key = withKey ? PublicAuditKey.parse(Files.readString(Path.of(arguments[2]), UTF_8)) : null;
            return check(Path.of(arguments[0]), key, out);
        } catch (IOException e) {
            err.println("verify-export: cannot read " + e.getMessage());
        } catch (IllegalArgumentException e) {
            err.println("verify-export: the key cannot be used: " + e.getMessage());
        }
        return USAGE;
    }

    private static int check(Path file, @Nullable PublicAuditKey key, PrintStream out) throws IOException {
        var check = new ExportCheck(key);
        Verdict verdict;
        try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
            verdict = check.check(lines);
        }
        String position = verdict.position() == null ? "" : " at position " + verdict.position();
        out.println(verdict.finding() + position + ": " + verdict.detail());
        @Nullable PublicAuditKey used = check.key();
        if (used != null) {
            out.println(
                    key == null
                            ? "Checked with key %s, which the export itself names: whoever made it may have made the key too. Name yours with --key."
                                    .formatted(used.id())
                            : "Checked with key %s.".formatted(used.id()));
        }
        return verdict.finding() == Finding.VALID ? VALID : FAULT;
    }
}
