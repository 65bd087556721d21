package io.taskstatus.gateway.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The two ports that a started gateway has on this machine, and a client that asks there. */
final class Ports implements AutoCloseable {
    private final int clients;
    private final int operators;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private Ports(int clients, int operators) {
        this.clients = clients;
        this.operators = operators;
    }

    /** Two that nobody has now. */
    static Ports free() throws IOException {
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket other = new ServerSocket(0)) {
            return new Ports(one.getLocalPort(), other.getLocalPort());
        }
    }

    int clients() {
        return clients;
    }

    int operators() {
        return operators;
    }

    void awaitReady() {
        Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> assertThat(
                        operator("/q/health/ready").statusCode())
                .isEqualTo(200));
    }

    HttpResponse<String> status(String executionId) throws IOException, InterruptedException {
        return get(clients, "/task/function/execution-status/" + executionId);
    }

    HttpResponse<String> operator(String path) throws IOException, InterruptedException {
        return get(operators, path);
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        http.close();
    }
}
