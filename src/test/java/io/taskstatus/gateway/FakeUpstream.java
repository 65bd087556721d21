package io.taskstatus.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A simulated upstream in one file of the JDK alone: {@code java FakeUpstream.java --port 9100}. */
final class FakeUpstream implements AutoCloseable {
    private static final String PATH = "/task/function/execution-status/";

    private final HttpServer server;

    private FakeUpstream(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext(PATH, FakeUpstream::answer);
        server.start();
    }

    static FakeUpstream start(int port) throws IOException {
        return new FakeUpstream(port);
    }

    static FakeUpstream demo(int port) throws IOException {
        return start(port);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String id = exchange.getRequestURI().getPath().substring(PATH.length());
        byte[] body = ("{\"executionId\":\"" + id + "\",\"verificationStatus\":\"Success\"}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    public static void main(String... args) throws IOException {
        int port = args.length == 2 && args[0].equals("--port") ? Integer.parseInt(args[1]) : 9100;
        System.out.println("Simulated upstream on " + demo(port).url());
    }
}
