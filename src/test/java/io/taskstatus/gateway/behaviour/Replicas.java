package io.taskstatus.gateway.behaviour;

import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Gateways, each a process of its own, over one real Redis and before one scripted upstream. */
final class Replicas implements AutoCloseable {
    private static final String TOKEN = "for-tests";

    final RedisServer redis = RedisServer.start();
    final FakeUpstream upstream = FakeUpstream.start();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<GatewayProcess> gateways = new CopyOnWriteArrayList<>();
    private final Path folder;

    /** @param folder for what each of them has for itself */
    Replicas(Path folder) throws IOException {
        this.folder = folder;
    }

    /** Starts one more. */
    GatewayProcess gateway(String name) throws IOException {
        GatewayProcess gateway = GatewayProcess.start(
                "-Xmx128m",
                "-Dquarkus.management.host=127.0.0.1",
                "-Dgateway.store.kind=redis",
                "-Dquarkus.redis.hosts=" + redis.url(),
                "-Dgateway.store.path=" + folder.resolve(name),
                "-Dgateway.admin.token=" + TOKEN,
                "-Dgateway.upstream.url=http://127.0.0.1:" + upstream.port());
        gateways.add(gateway);
        return gateway;
    }

    HttpResponse<String> get(GatewayProcess gateway, String id) throws Exception {
        return send("GET", gateway.port(), Gateway.PATH + id);
    }

    /** What {@code gateway} holds of {@code id}. */
    HttpResponse<String> held(GatewayProcess gateway, String id) throws Exception {
        return send("GET", gateway.managementPort(), "/admin/results/" + id);
    }

    HttpResponse<String> purge(GatewayProcess gateway, String id) throws Exception {
        return send("DELETE", gateway.managementPort(), "/admin/results/" + id);
    }

    private HttpResponse<String> send(String method, int port, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + TOKEN)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(20))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    static String cacheStatus(HttpResponse<String> response) {
        return response.headers().firstValue("Cache-Status").orElse("");
    }

    @Override
    public void close() throws IOException {
        for (GatewayProcess gateway : gateways) {
            gateway.close();
        }
        redis.close();
        upstream.close();
    }
}
