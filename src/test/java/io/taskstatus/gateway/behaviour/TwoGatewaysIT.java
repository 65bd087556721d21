package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
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
    @TempDir
    static Path folder;

    private static Replicas replicas;
    private static GatewayProcess one;
    private static GatewayProcess two;

    @BeforeAll
    static void start() throws Exception {
        replicas = new Replicas(folder);
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<GatewayProcess> other = thread.submit(() -> replicas.gateway("two"));
            one = replicas.gateway("one");
            two = other.get();
        }
        shares(one, two);
    }

    @AfterAll
    static void stop() throws IOException {
        if (replicas != null) {
            replicas.close();
        }
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
            replicas.upstream.says(id, SUCCESS);
            String body = replicas.get(one, id).body();
            HttpResponse<String> shared = replicas.get(two, id);
            assertThat(shared.body()).isEqualTo(body);
            assertThat(Replicas.cacheStatus(shared)).contains("hit").contains("detail=shared");
            assertThat(replicas.upstream.fetchesOf(id)).isEqualTo(1);
        });
    }

    @Test
    void aRunningIdIsPolledForBothAtOnce() throws Exception {
        replicas.upstream.says("polled", RUNNING);
        long start = System.nanoTime();
        long end = start + Duration.ofMillis(2_500).toNanos();
        while (System.nanoTime() < end) {
            for (GatewayProcess gateway : List.of(one, two)) {
                assertThat(replicas.get(gateway, "polled").statusCode()).isEqualTo(200);
            }
        }
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
        assertThat(replicas.upstream.fetchesOf("polled")).isBetween(2, (int) seconds + 2);
    }

    @Test
    void aPurgeReachesTheOtherWithinTwoSeconds() throws Exception {
        replicas.upstream.says("purged", SUCCESS);
        replicas.get(one, "purged");
        replicas.get(two, "purged");
        HttpResponse<String> purged = replicas.purge(one, "purged");
        assertThat(purged.statusCode()).as(purged.body()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(2))
                .until(() -> replicas.held(two, "purged").statusCode() == 404);
    }

    @Test
    void aRedisThatDiesIsNoClientsErrorAndGetsLaterWhatItMissed() throws Exception {
        replicas.upstream.says("before", SUCCESS);
        replicas.upstream.says("meanwhile", SUCCESS);
        String body = replicas.get(one, "before").body();
        replicas.redis.kill();
        assertThat(replicas.get(one, "before").body()).isEqualTo(body);
        assertThat(replicas.get(one, "meanwhile").statusCode()).isEqualTo(200);
        assertThat(replicas.get(two, "meanwhile").statusCode()).isEqualTo(200);
        replicas.redis.launchAgain();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> replicas.redis.say("KEYS", "*{meanwhile}:result").contains("meanwhile"));
        await().atMost(Duration.ofSeconds(5))
                .until(() -> replicas.held(two, "meanwhile").body().contains("shared"));
    }
}
