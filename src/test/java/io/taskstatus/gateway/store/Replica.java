package io.taskstatus.gateway.store;

import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.RedisServer;
import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StatusSource;
import io.taskstatus.gateway.lookup.Time;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What one gateway has of a cluster, without the rest of it. */
final class Replica implements AutoCloseable {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Duration SECOND = Duration.ofSeconds(1);
    /** For machines that are busy with other things. */
    private static final RedisPatience CALM =
            new RedisPatience(SECOND, SECOND, SECOND, SECOND.multipliedBy(3), SECOND, SECOND);

    private final Redis client;
    private final RedisCluster cluster;
    private final List<String> forgotten = new CopyOnWriteArrayList<>();
    private final Counts counts = new Counts();

    private Replica(String url, String namespace, ResultStore below, RedisPatience patience) {
        NetClientOptions tcp = new NetClientOptions().setConnectTimeout(1_000).setReadIdleTimeout(2);
        client = Redis.createClient(
                VERTX, new RedisOptions().setConnectionString(url).setNetClientOptions(tcp));
        cluster = new RedisCluster(client, namespace, below, Duration.ofSeconds(5), patience, counts, Time.system());
        cluster.onPurge(id -> forgotten.add(id.value()));
    }

    /** A replica that is in touch with {@code redis}, with nothing below. */
    static Replica of(RedisServer redis, String namespace) {
        return of(redis, namespace, new NoResultStore());
    }

    static Replica of(RedisServer redis, String namespace, ResultStore below) {
        Replica replica = new Replica(redis.url(), namespace, below, CALM);
        replica.awaitInTouch();
        return replica;
    }

    /** A replica that may or may not reach Redis. */
    static Replica at(String url, String namespace, ResultStore below) {
        return new Replica(url, namespace, below, RedisPatience.USUAL);
    }

    void awaitInTouch() {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> cluster.store().state().detail().startsWith("redis: open"));
    }

    ResultStore store() {
        return cluster.store();
    }

    RedisCluster cluster() {
        return cluster;
    }

    StatusSource around(StatusSource own) {
        return cluster.around(own, SECOND, Duration.ofSeconds(5), SECOND, SECOND, Duration.ofSeconds(5));
    }

    /** Ids that memory was told to forget. */
    List<String> forgotten() {
        return forgotten;
    }

    Counts counts() {
        return counts;
    }

    @Override
    public void close() {
        cluster.store().close();
        client.close();
    }
}
