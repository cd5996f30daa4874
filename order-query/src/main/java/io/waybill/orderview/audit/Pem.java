package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Base64;

/** Keys as text (RFC 7468). */
final class Pem {

    private static final int LINE_CHARACTERS = 64;

    private Pem() {}

    static String write(String label, byte[] content) {
        String body = Base64.getMimeEncoder(LINE_CHARACTERS, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label);
    }

    /** @throws IllegalArgumentException if there is no such thing in the text */
    static byte[] read(String text, String label) {
        String begin = "-----BEGIN " + label + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + label + "-----");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("There is no \"" + begin + "\" in it.");
        }
        return Base64.getMimeDecoder()
                .decode(text.substring(from + begin.length(), to).getBytes(US_ASCII));
    }
}
