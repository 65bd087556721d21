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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two and three gateways, each a process of its own, over one real Redis that is killed, stopped and emptied. */
@Tag("soak")
class ManyGatewaysIT {
    private static final String TOKEN = "for-tests";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<GatewayProcess> gateways = new ArrayList<>();
    private RedisServer redis;
    private FakeUpstream upstream;

    @BeforeEach
    void start() throws IOException {
        redis = RedisServer.start();
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() throws IOException {
        for (GatewayProcess gateway : gateways) {
            gateway.close();
        }
        if (redis != null) {
            redis.close();
        }
        if (upstream != null) {
            upstream.close();
        }
    }

    private GatewayProcess gateway() throws IOException {
        GatewayProcess gateway = GatewayProcess.start(
                "-Xmx128m",
                "-Dquarkus.management.host=127.0.0.1",
                "-Dgateway.store.kind=redis",
                "-Dquarkus.redis.hosts=" + redis.url(),
                "-Dgateway.store.path=" + folder.resolve("data-" + gateways.size()),
                "-Dgateway.admin.token=" + TOKEN,
                "-Dgateway.upstream.url=http://127.0.0.1:" + upstream.port());
        gateways.add(gateway);
        return gateway;
    }

    private HttpResponse<String> get(GatewayProcess gateway, String id) throws Exception {
        return send(request(gateway.port(), Gateway.PATH + id).GET());
    }

    private HttpResponse<String> purge(GatewayProcess gateway, String id) throws Exception {
        return send(request(gateway.managementPort(), "/admin/results/" + id).DELETE());
    }

    private HttpResponse<String> held(GatewayProcess gateway, String id) throws Exception {
        return send(request(gateway.managementPort(), "/admin/results/" + id).GET());
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + TOKEN)
                .timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String cacheStatus(HttpResponse<String> response) {
        return response.headers().firstValue("Cache-Status").orElse("");
    }

    private static void signal(GatewayProcess gateway, String signal) throws Exception {
        new ProcessBuilder("kill", signal, String.valueOf(gateway.pid()))
                .start()
                .waitFor();
    }

    @Test
    void aResultKnownToOneIsKnownToAll() throws Exception {
        GatewayProcess one = gateway();
        GatewayProcess two = gateway();
        upstream.says("e-1", SUCCESS);
        String body = get(one, "e-1").body();
        HttpResponse<String> shared = get(two, "e-1");
        assertThat(shared.body()).isEqualTo(body);
        assertThat(cacheStatus(shared)).contains("hit").contains("detail=shared");
        assertThat(upstream.fetchesOf("e-1")).isEqualTo(1);
    }

    @Test
    void manyClientsOfThreeGatewaysCostOnePollASecond() throws Exception {
        List<GatewayProcess> three = List.of(gateway(), gateway(), gateway());
        upstream.says("e-1", RUNNING);
        for (GatewayProcess gateway : three) {
            get(gateway, "warm-up");
        }
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                GatewayProcess mine = three.get(i % 3);
                clients.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        assertThat(get(mine, "e-1").statusCode()).isEqualTo(200);
                    }
                    return null;
                }));
            }
            for (Future<?> one : clients) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(upstream.fetchesOf("e-1")).isBetween(4, 8);
    }

    @Test
    void aPurgeReachesEveryGatewayWithinTwoSecondsAndOneThatWasStopped() throws Exception {
        GatewayProcess one = gateway();
        GatewayProcess two = gateway();
        GatewayProcess three = gateway();
        upstream.says("e-1", SUCCESS);
        for (GatewayProcess gateway : List.of(one, two, three)) {
            get(gateway, "e-1");
        }
        signal(three, "-STOP");
        HttpResponse<String> purged = purge(one, "e-1");
        assertThat(purged.statusCode()).as(purged.body()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(2)).until(() -> held(two, "e-1").statusCode() == 404);
        assertThat(held(one, "e-1").statusCode()).isEqualTo(404);
        signal(three, "-CONT");
        await().atMost(Duration.ofSeconds(2)).until(() -> held(three, "e-1").statusCode() == 404);
    }

    @Test
    void aGatewayKilledWithTheLeaseCostsTheOthersItsTimeAtMost() throws Exception {
        GatewayProcess one = gateway();
        GatewayProcess two = gateway();
        FakeUpstream.Gate gate = upstream.holds("e-1");
        Thread.startVirtualThread(() -> {
            try {
                get(one, "e-1");
            } catch (Exception killed) {
                // as it should be
            }
        });
        await().until(() -> upstream.fetchesOf("e-1") == 1);
        one.kill();
        upstream.says("e-1", RUNNING);
        gate.release();
        long start = System.nanoTime();
        assertThat(get(two, "e-1").statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(2_500));
    }

    @Test
    void aRedisThatDiesHangsOrForgetsIsNoClientsError() throws Exception {
        GatewayProcess one = gateway();
        GatewayProcess two = gateway();
        upstream.says("e-1", SUCCESS);
        upstream.says("e-2", SUCCESS);
        upstream.says("e-3", SUCCESS);
        String body = get(one, "e-1").body();
        redis.suspend();
        assertThat(get(two, "e-1").body()).isEqualTo(body);
        assertThat(get(one, "e-2").statusCode()).isEqualTo(200);
        redis.resume();
        redis.kill();
        assertThat(get(one, "e-3").statusCode()).isEqualTo(200);
        redis.launchAgain();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> redis.say("KEYS", "*{e-3}:result").contains("e-3"));
        assertThat(cacheStatus(get(two, "e-3"))).contains("detail=shared");
        redis.flush();
        assertThat(get(one, "e-1").body()).isEqualTo(body);
    }

    @Test
    void aGatewayStartsAndServesWithoutRedis() throws Exception {
        redis.kill();
        upstream.says("e-1", SUCCESS);
        GatewayProcess one = gateway();
        assertThat(get(one, "e-1").statusCode()).isEqualTo(200);
        redis.launchAgain();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> redis.say("KEYS", "*{e-1}:result").contains("e-1"));
    }

    @Test
    void aPauseThatTheUpstreamAskedOneForHoldsForAll() throws Exception {
        GatewayProcess one = gateway();
        GatewayProcess two = gateway();
        upstream.answers("e-1", FakeUpstream.status(429).with("Retry-After", "20"));
        assertThat(get(one, "e-1").statusCode()).isEqualTo(503);
        await().atMost(Duration.ofSeconds(2))
                .until(() -> get(two, "e-" + System.nanoTime()).statusCode() == 503);
        assertThat(get(two, "e-2").body()).contains("upstream_rate_limited");
        assertThat(upstream.fetchesOf("e-2")).isZero();
    }
}
