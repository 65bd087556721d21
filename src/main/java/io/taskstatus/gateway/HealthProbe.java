package io.taskstatus.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * An image's health check, for a container without a shell: asks this machine's management port whether the gateway is
 * live and exits with 0 or 1. It is a program of its own and takes the JDK alone, so that a JVM runs it in an instant.
 *
 * <p>The port is the first argument, {@code QUARKUS_MANAGEMENT_PORT}, or 9000.
 */
final class HealthProbe {
    private static final int TIMEOUT_MILLIS = 2_000;

    private HealthProbe() {}

    public static void main(String... args) {
        String port = args.length > 0 ? args[0] : System.getenv().getOrDefault("QUARKUS_MANAGEMENT_PORT", "9000");
        System.exit(isLive(Integer.parseInt(port)) ? 0 : 1);
    }

    static boolean isLive(int port) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write("GET /q/health/live HTTP/1.0\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream answer = socket.getInputStream();
            return new String(answer.readNBytes(12), StandardCharsets.US_ASCII).endsWith(" 200");
        } catch (IOException e) {
            return false;
        }
    }
}
