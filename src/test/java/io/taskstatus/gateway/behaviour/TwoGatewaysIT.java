package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The essence of {@link ManyGatewaysIT}, on two gateways that all tests share. */
class TwoGatewaysIT {
    private static final String TOKEN = "for-tests";

    @TempDir
    static Path folder;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static RedisServer redis;
    private static FakeUpstream upstream;
    private static GatewayProcess one;
    private static GatewayProcess two;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServer.start();
        upstream = FakeUpstream.start();
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<GatewayProcess> other = thread.submit(() -> gateway("two"));
            one = gateway("one");
            two = other.get();
        }
        shares(one, two);
    }

    @AfterAll
    static void stop() throws IOException {
        for (AutoCloseable each : new AutoCloseable[] {one, two, redis, upstream}) {
            if (each != null) {
                try {
                    each.close();
                } catch (Exception e) {
                    throw new IOException(e);
                }
            }
        }
    }

    private static GatewayProcess gateway(String name) throws IOException {
        return GatewayProcess.start(
                "-Xmx128m",
                "-Dquarkus.management.host=127.0.0.1",
                "-Dgateway.store.kind=redis",
                "-Dquarkus.redis.hosts=" + redis.url(),
                "-Dgateway.store.path=" + folder.resolve(name),
                "-Dgateway.admin.token=" + TOKEN,
                "-Dgateway.upstream.url=http://127.0.0.1:" + upstream.port());
    }

    private static HttpResponse<String> get(GatewayProcess gateway, String id) throws Exception {
        return send(gateway.port(), Gateway.PATH + id, "GET");
    }

    private static HttpResponse<String> admin(GatewayProcess gateway, String method, String id) throws Exception {
        return send(gateway.managementPort(), "/admin/results/" + id, method);
    }

    private static HttpResponse<String> send(int port, String path, String method) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + TOKEN)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(20))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String cacheStatus(HttpResponse<String> response) {
        return response.headers().firstValue("Cache-Status").orElse("");
    }

    @Test
    void aResultKnownToOneIsKnownToTheOther() throws Exception {
        shares(one, two);
        shares(two, one);
    }

    /**
     * That {@code two} answers with what {@code one} has learnt. A Redis that takes more than 45 ms is not waited for, which
     * happens to a program that has just started on a busy machine: it is asked again then, about another id.
     */
    private static void shares(GatewayProcess one, GatewayProcess two) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            String id = "known-" + UUID.randomUUID();
            upstream.says(id, SUCCESS);
            String body = get(one, id).body();
            HttpResponse<String> shared = get(two, id);
            assertThat(shared.body()).isEqualTo(body);
            assertThat(cacheStatus(shared)).contains("hit").contains("detail=shared");
            assertThat(upstream.fetchesOf(id)).isEqualTo(1);
        });
    }

    @Test
    void aRunningIdIsPolledForBothAtOnce() throws Exception {
        upstream.says("polled", RUNNING);
        long start = System.nanoTime();
        long end = start + Duration.ofMillis(2_500).toNanos();
        while (System.nanoTime() < end) {
            for (GatewayProcess gateway : List.of(one, two)) {
                assertThat(get(gateway, "polled").statusCode()).isEqualTo(200);
            }
        }
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
        assertThat(upstream.fetchesOf("polled")).isBetween(2, (int) seconds + 2);
    }

    @Test
    void aPurgeReachesTheOtherWithinTwoSeconds() throws Exception {
        upstream.says("purged", SUCCESS);
        get(one, "purged");
        get(two, "purged");
        HttpResponse<String> purged = admin(one, "DELETE", "purged");
        assertThat(purged.statusCode()).as(purged.body()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(2))
                .until(() -> admin(two, "GET", "purged").statusCode() == 404);
    }

    @Test
    void aRedisThatDiesIsNoClientsErrorAndGetsLaterWhatItMissed() throws Exception {
        upstream.says("before", SUCCESS);
        upstream.says("meanwhile", SUCCESS);
        String body = get(one, "before").body();
        redis.kill();
        assertThat(get(one, "before").body()).isEqualTo(body);
        assertThat(get(one, "meanwhile").statusCode()).isEqualTo(200);
        assertThat(get(two, "meanwhile").statusCode()).isEqualTo(200);
        redis.launchAgain();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> redis.say("KEYS", "*{meanwhile}:result").contains("meanwhile"));
        await().atMost(Duration.ofSeconds(5))
                .until(() -> admin(two, "GET", "meanwhile").body().contains("shared"));
    }
}
