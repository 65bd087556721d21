package io.taskstatus.gateway.behaviour;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client that sends the bytes it is told to, right or wrong. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        in = new BufferedInputStream(socket.getInputStream());
    }

    RawClient send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** The same bytes again and again, until the gateway ends the connection. */
    void repeat(String bytes) {
        try {
            while (true) {
                send(bytes);
            }
        } catch (IOException cut) {
            // That is what was waited for.
        }
    }

    /** A whole request without a body. */
    RawClient ask(String method, String target, String... headers) throws IOException {
        String fields = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return send(method + " " + target + " HTTP/1.1\r\nHost: gateway\r\n" + fields + "\r\n");
    }

    /** Head and body of one answer whose length is declared. */
    String answer(Duration patience) throws IOException {
        socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
        StringBuilder answer = new StringBuilder();
        int end = Integer.MAX_VALUE;
        while (answer.length() < end) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            answer.append((char) next);
            if (next == '\n' && end == Integer.MAX_VALUE && answer.toString().endsWith("\r\n\r\n")) {
                end = answer.length() + length(answer.toString());
            }
        }
        return answer.toString();
    }

    private static int length(String head) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, "content-length:", 0, 15))
                .map(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
    }

    /** All that comes until the gateway ends the connection. */
    String everything(Duration patience) throws IOException {
        socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Whether the gateway ends the connection within {@code patience}. */
    boolean isCut(Duration patience) throws IOException {
        socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
