package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.StatusSource;
import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.store.Departures.Departure;
import io.taskstatus.gateway.store.RedisBeat.Purge;
import io.vertx.redis.client.Redis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Many replicas as one, by way of Redis: the results they share, the upstream they ask together, the pause and the purges
 * they tell each other of. Without Redis every replica goes on by itself.
 */
public final class RedisCluster {
    private static final long WRITE_BACK_BYTES = 32 << 20;
    private static final String EVERYBODY = "*";

    private final RedisKeys keys;
    private final Time time;
    private final RedisBudget budget;
    private final RedisLink link;
    private final ClusterNews news;
    private final ClusterLeases leases;
    private final RedisBeat beat;
    private final PurgeFollower purges;
    private final RedisResults results;
    private final WriteBack writeBack;
    private final Departures departures;
    private final RedisResultStore store;
    private volatile BiConsumer<SourceFailure, Duration> onPause = (why, left) -> {};

    /**
     * Begins to connect and returns at once: whatever state Redis is in, this never fails.
     *
     * @param namespace whose results are kept and served
     * @param below what this replica holds for itself
     * @param longestFetch how long a fetch may take
     */
    public RedisCluster(
            Redis client,
            String namespace,
            ResultStore below,
            Duration longestFetch,
            StoreObserver observer,
            Time time) {
        this(client, namespace, below, longestFetch, RedisPatience.USUAL, observer, time);
    }

    RedisCluster(
            Redis client,
            String namespace,
            ResultStore below,
            Duration longestFetch,
            RedisPatience patience,
            StoreObserver observer,
            Time time) {
        this.time = time;
        keys = new RedisKeys(namespace);
        RedisClock clock = new RedisClock(time);
        Listener listener = new Listener();
        link = new RedisLink(client, patience.quick(), listener::look);
        news = new ClusterNews(client, keys.news(), listener::look);
        leases = new ClusterLeases(link, keys);
        purges = new PurgeFollower(below);
        Duration longest = longestFetch.multipliedBy(3).plusMinutes(1);
        departures = new Departures(longest);
        budget = new RedisBudget(patience, longest);
        results = new RedisResults(link, keys, clock, purges, leases.replica(), keys.news(), patience.find(), observer);
        writeBack = new WriteBack(this::writeLate, link, observer, time, WRITE_BACK_BYTES);
        beat = new RedisBeat(link, news, keys, clock, patience, observer, listener);
        store = new RedisResultStore(
                below,
                results,
                writeBack,
                purges,
                departures,
                budget,
                observer,
                time,
                link::isOpen,
                beat::detail,
                this::close);
        beat.start();
    }

    /** The store that replicas share, over what this one holds. Closing it ends all that is done here. */
    public ResultStore store() {
        return store;
    }

    /**
     * {@code own}, asked by one replica at a time for each id.
     *
     * @param running how long a Running is fresh that was first seen now, up to {@code runningMax} of the oldest
     * @param deadline how long one fetch may take
     */
    public StatusSource around(
            StatusSource own,
            Duration running,
            Duration runningMax,
            Duration notFound,
            Duration error,
            Duration deadline) {
        return new ClusterSource(
                own,
                link,
                keys,
                news,
                leases,
                departures,
                new ClusterSource.Freshness(running, runningMax, notFound, error, deadline),
                budget,
                time);
    }

    /** Has {@code forgetLocally} called for every id that another replica purged. */
    public void onPurge(Consumer<ExecutionId> forgetLocally) {
        purges.tell(forgetLocally);
    }

    /** Has {@code join} called where the upstream paused another replica, with what is left of it; often, and again. */
    public void onPause(BiConsumer<SourceFailure, Duration> join) {
        onPause = join;
    }

    /** Pauses all replicas. Never blocks. */
    @SuppressWarnings("FutureReturnValueIgnored") // without Redis every replica meets the pause by itself
    public void pause(SourceFailure why, Duration howLong) {
        link.run(
                RedisScript.PAUSE,
                List.of(keys.pause()),
                List.of(
                        SharedForm.of(EVERYBODY, why, time.ticks()),
                        Math.max(1, howLong.toMillis()),
                        keys.news(),
                        ClusterNews.LOOK),
                Duration.ofSeconds(1));
    }

    /** Waits until it is known whether Redis can be used, at most for {@code patience}. */
    public void awaitConnected(Duration patience) throws InterruptedException {
        long end = time.ticks() + patience.toNanos();
        while (!link.isOpen() && !beat.hasFailed() && end - time.ticks() > 0) {
            Thread.sleep(5);
        }
    }

    private CompletableFuture<?> writeLate(StatusSnapshot result, Departure departure, Duration patience) {
        return results.keep(result, departure, patience).whenComplete((kept, fault) -> {
            if (kept != null) {
                // memory may have to wait for a flight
                Thread.startVirtualThread(() -> store.decided(result, kept));
            }
        });
    }

    private void close() {
        beat.close();
        leases.close();
        purges.close();
        news.close();
        link.close();
    }

    private final class Listener implements RedisBeat.Listener {
        void look() {
            beat.soon();
        }

        @Override
        public void purged(Purge purge, boolean replayed) {
            ExecutionId.parse(purge.id()).filter(id -> !replayed).ifPresent(writeBack::remove);
            purges.follow(purge, replayed);
        }

        @Override
        public void paused(byte[] why, Duration left) {
            SharedForm.failure(EVERYBODY, why, time.ticks()).ifPresent(failure -> onPause.accept(failure, left));
        }

        @Override
        public void inTouch() {
            writeBack.go();
        }

        @Override
        public void emptied() {
            purges.recent().forEach(results::purgeAgain);
        }
    }
}
