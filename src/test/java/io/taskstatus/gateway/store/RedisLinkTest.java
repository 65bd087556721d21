package io.taskstatus.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.RedisServer;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When a real Redis is left alone for being slow. */
class RedisLinkTest {
    private static final Duration QUICK = Duration.ofMillis(300);

    @Test
    void onlyACommandThatHadItsTimeSaysThatRedisIsSlow() throws Exception {
        Vertx vertx = Vertx.vertx();
        AtomicInteger trouble = new AtomicInteger();
        try (RedisServer redis = RedisServer.start();
                RedisLink link =
                        new RedisLink(Redis.createClient(vertx, redis.url()), QUICK, trouble::incrementAndGet)) {
            link.connect();
            link.works();

            CompletableFuture<Optional<Response>> hurried = link.send(sleep(), QUICK.dividedBy(10));
            await().until(hurried::isCompletedExceptionally);
            assertThat(link.isOpen()).isTrue();
            assertThat(trouble).hasValue(0);

            CompletableFuture<Optional<Response>> late = link.send(sleep(), QUICK);
            await().until(late::isCompletedExceptionally);
            await().until(() -> trouble.get() == 1);
            assertThat(link.isOpen()).isFalse();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** Two seconds, for the connection and whatever follows on it. */
    private static Request sleep() {
        return Request.cmd(Command.BLPOP).arg("nothing").arg(2);
    }
}
