package io.waybill.crashpoints;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Tells whoever looks on that a point was reached, and waits until it says that it goes on. */
public final class CrashPoint {

    /** System property: the port of this machine at which somebody looks on. */
    private static final String PORT = "waybill.crash-points";

    private CrashPoint() {}

    /**
     * Stands at a point until it goes on.
     *
     * @param step that is being done, such as {@code checkout/RESERVING}
     * @param side of it, such as {@code before}
     * @param commands that the step consists of
     */
    public static void reach(String step, String side, String orderId, String commands) {
        tell("point " + step + " " + side + " " + orderId + " " + commands);
    }

    /** Tells which steps there are. */
    public static void declare(List<String> steps) {
        tell("steps " + String.join(" ", steps));
    }

    private static void tell(String line) {
        int port = Integer.getInteger(PORT, 0);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine();
        } catch (IOException e) {
            throw new UncheckedIOException("Nobody looks on at port " + port + ", see -D" + PORT, e);
        }
    }
}
