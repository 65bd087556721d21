package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
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
    @TempDir
    Path folder;

    private Replicas replicas;
    private int started;

    @BeforeEach
    void start() throws IOException {
        replicas = new Replicas(folder);
    }

    @AfterEach
    void stop() throws IOException {
        if (replicas != null) {
            replicas.close();
        }
    }

    private GatewayProcess gateway() throws IOException {
        return replicas.gateway("data-" + started++);
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
        replicas.upstream.says("e-1", SUCCESS);
        String body = replicas.get(one, "e-1").body();
        HttpResponse<String> shared = replicas.get(two, "e-1");
        assertThat(shared.body()).isEqualTo(body);
        assertThat(Replicas.cacheStatus(shared)).contains("hit").contains("detail=shared");
        assertThat(replicas.upstream.fetchesOf("e-1")).isEqualTo(1);
    }

    @Test
    void manyClientsOfThreeGatewaysCostOnePollASecond() throws Exception {
        List<GatewayProcess> three = List.of(gateway(), gateway(), gateway());
        replicas.upstream.says("e-1", RUNNING);
        for (GatewayProcess gateway : three) {
            replicas.get(gateway, "warm-up");
        }
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                GatewayProcess mine = three.get(i % 3);
                clients.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        assertThat(replicas.get(mine, "e-1").statusCode()).isEqualTo(200);
                    }
                    return null;
                }));
            }
            for (Future<?> one : clients) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(replicas.upstream.fetchesOf("e-1")).isBetween(4, 8);
    }

    @Test
    void aPurgeReachesEveryGatewayWithinTwoSecondsAndOneThatWasStopped() throws Exception {
        GatewayProcess one = gateway();
        GatewayProcess two = gateway();
        GatewayProcess three = gateway();
        replicas.upstream.says("e-1", SUCCESS);
        for (GatewayProcess gateway : List.of(one, two, three)) {
            replicas.get(gateway, "e-1");
        }
        signal(three, "-STOP");
        HttpResponse<String> purged = replicas.purge(one, "e-1");
        assertThat(purged.statusCode()).as(purged.body()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(2))
                .until(() -> replicas.held(two, "e-1").statusCode() == 404);
        assertThat(replicas.held(one, "e-1").statusCode()).isEqualTo(404);
        signal(three, "-CONT");
        await().atMost(Duration.ofSeconds(2))
                .until(() -> replicas.held(three, "e-1").statusCode() == 404);
    }

    @Test
    void aGatewayKilledWithTheLeaseCostsTheOthersItsTimeAtMost() throws Exception {
        GatewayProcess one = gateway();
        GatewayProcess two = gateway();
        FakeUpstream.Gate gate = replicas.upstream.holds("e-1");
        Thread.startVirtualThread(() -> {
            try {
                replicas.get(one, "e-1");
            } catch (Exception killed) {
                // as it should be
            }
        });
        await().until(() -> replicas.upstream.fetchesOf("e-1") == 1);
        one.kill();
        replicas.upstream.says("e-1", RUNNING);
        gate.release();
        long start = System.nanoTime();
        assertThat(replicas.get(two, "e-1").statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(2_500));
    }

    @Test
    void aRedisThatDiesHangsOrForgetsIsNoClientsError() throws Exception {
        GatewayProcess one = gateway();
        GatewayProcess two = gateway();
        replicas.upstream.says("e-1", SUCCESS);
        replicas.upstream.says("e-2", SUCCESS);
        replicas.upstream.says("e-3", SUCCESS);
        String body = replicas.get(one, "e-1").body();
        replicas.redis.suspend();
        assertThat(replicas.get(two, "e-1").body()).isEqualTo(body);
        assertThat(replicas.get(one, "e-2").statusCode()).isEqualTo(200);
        replicas.redis.resume();
        replicas.redis.kill();
        assertThat(replicas.get(one, "e-3").statusCode()).isEqualTo(200);
        replicas.redis.launchAgain();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> replicas.redis.say("KEYS", "*{e-3}:result").contains("e-3"));
        assertThat(Replicas.cacheStatus(replicas.get(two, "e-3"))).contains("detail=shared");
        replicas.redis.flush();
        assertThat(replicas.get(one, "e-1").body()).isEqualTo(body);
    }

    @Test
    void aGatewayStartsAndServesWithoutRedis() throws Exception {
        replicas.redis.kill();
        replicas.upstream.says("e-1", SUCCESS);
        GatewayProcess one = gateway();
        assertThat(replicas.get(one, "e-1").statusCode()).isEqualTo(200);
        replicas.redis.launchAgain();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> replicas.redis.say("KEYS", "*{e-1}:result").contains("e-1"));
    }

    @Test
    void aPauseThatTheUpstreamAskedOneForHoldsForAll() throws Exception {
        GatewayProcess one = gateway();
        GatewayProcess two = gateway();
        replicas.upstream.answers("e-1", FakeUpstream.status(429).with("Retry-After", "20"));
        assertThat(replicas.get(one, "e-1").statusCode()).isEqualTo(503);
        await().atMost(Duration.ofSeconds(2))
                .until(() -> replicas.get(two, "e-" + System.nanoTime()).statusCode() == 503);
        assertThat(replicas.get(two, "e-2").body()).contains("upstream_rate_limited");
        assertThat(replicas.upstream.fetchesOf("e-2")).isZero();
    }
}
