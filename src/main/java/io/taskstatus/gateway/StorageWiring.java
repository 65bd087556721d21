package io.taskstatus.gateway;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.StatusSource;
import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.store.GuardedResultStore;
import io.taskstatus.gateway.store.NoResultStore;
import io.taskstatus.gateway.store.RedisCluster;
import io.taskstatus.gateway.upstream.UpstreamPause;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.inject.Instance;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code gateway.store.kind} makes of the store and of the way to the upstream.
 *
 * @param embedded what this process keeps for itself
 * @param cluster what it shares with others
 */
record StorageWiring(ResultStore results, Optional<GuardedResultStore> embedded, Optional<RedisCluster> cluster) {

    static StorageWiring of(GatewayConfig config, Instance<Redis> redis, StoreObserver observer, Time time) {
        if (config.store().kind() == GatewayConfig.StoreKind.NONE) {
            return new StorageWiring(new NoResultStore(), Optional.empty(), Optional.empty());
        }
        String namespace = namespace(config);
        GuardedResultStore embedded =
                GuardedResultStore.in(Path.of(config.store().path()), namespace, observer, time);
        if (config.store().kind() == GatewayConfig.StoreKind.EMBEDDED) {
            return new StorageWiring(embedded, Optional.of(embedded), Optional.empty());
        }
        RedisCluster cluster = new RedisCluster(
                redis.get(), namespace, embedded, config.upstream().deadline(), observer, time);
        return new StorageWiring(cluster.store(), Optional.of(embedded), Optional.of(cluster));
    }

    /** Whose results are served: the upstream's scheme, host and port, unless the operator says otherwise. */
    private static String namespace(GatewayConfig config) {
        URI url = config.upstream().url();
        String scheme = url.getScheme().toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? 443 : 80;
        int port = url.getPort() == -1 ? usual : url.getPort();
        return config.store().namespace().orElse(scheme + "://" + url.getHost().toLowerCase(Locale.ROOT) + ":" + port);
    }

    /** The upstream as this replica asks it. */
    StatusSource around(StatusSource upstream, GatewayConfig config) {
        GatewayConfig.Freshness freshness = config.freshness();
        return cluster.map(shared -> shared.around(
                        upstream,
                        freshness.running(),
                        freshness.runningMax(),
                        freshness.notFound(),
                        freshness.error(),
                        config.upstream().deadline()))
                .orElse(upstream);
    }

    /** Has purges and pauses go from replica to replica. */
    void follow(StatusLookup lookup, UpstreamPause pause) {
        cluster.ifPresent(shared -> {
            shared.onPurge(lookup.holdings()::forgetLocally);
            shared.onPause(pause::join);
            pause.tell(shared::pause);
        });
    }

    /** Waits until it is known whether the storage can be used, at most for {@code patience} each. */
    void awaitOpened(Duration patience) throws InterruptedException {
        if (embedded.isPresent()) {
            embedded.get().awaitOpened(patience);
        }
        if (cluster.isPresent()) {
            cluster.get().awaitConnected(patience);
        }
    }
}
