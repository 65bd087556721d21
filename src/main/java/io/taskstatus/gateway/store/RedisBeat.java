package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.Time;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * The thread that keeps a replica in touch with Redis: connects, twice a second asks for what it must not miss (purges,
 * the pause, whether Redis still has its data), and closes the circuit when Redis is quick again.
 */
final class RedisBeat implements Runnable, AutoCloseable {
    private static final Logger LOG = Logger.getLogger("io.taskstatus.gateway.store");
    private static final Duration INTERVAL = Duration.ofMillis(500);
    /** While Redis is away or slow, or somebody waits for news. */
    private static final Duration RETRY = Duration.ofMillis(100);

    private static final Duration PATIENCE = Duration.ofMillis(400);
    private static final int MOST_PURGES = 256;
    private static final String BEGINNING = "0-0";

    /** Who hears what a beat brought. Called on the beat's thread. */
    interface Listener {
        /** Somebody purged {@code id}; {@code replayed} where that may be long ago. */
        void purged(Purge purge, boolean replayed);

        /** The upstream paused another replica. */
        void paused(byte[] why, Duration left);

        /** Redis is there and has told all there is to know. */
        void inTouch();

        /** Redis has lost what it had, or is another one. */
        void emptied();
    }

    /** One purge: of which id, when by Redis's clock, and by whom. */
    record Purge(String id, String at, String by) {}

    private final RedisLink link;
    private final ClusterNews news;
    private final RedisKeys keys;
    private final RedisClock clock;
    private final RedisPatience patience;
    private final StoreObserver observer;
    private final Time time;
    private final Listener listener;
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;
    private String lastPurge = BEGINNING;
    private boolean replaying = true;
    private String epoch = "";
    private volatile String detail = "not connected yet";
    private volatile boolean failed;
    private volatile boolean closed;

    RedisBeat(
            RedisLink link,
            ClusterNews news,
            RedisKeys keys,
            RedisClock clock,
            RedisPatience patience,
            StoreObserver observer,
            Listener listener) {
        this.link = link;
        this.news = news;
        this.keys = keys;
        this.clock = clock;
        this.patience = patience;
        this.observer = observer;
        this.time = clock.time();
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("redis-beat").daemon().unstarted(this);
    }

    void start() {
        thread.start();
    }

    /** Has the next beat come at once. Never blocks. */
    void soon() {
        wake.release();
    }

    /** Whether Redis was looked for in vain, once at least. */
    boolean hasFailed() {
        return failed;
    }

    /** How Redis is doing, in words for an operator. */
    String detail() {
        return link.isOpen() ? "open" : detail;
    }

    @Override
    public void run() {
        while (!closed) {
            Duration pause = RETRY;
            try {
                link.connect();
                boolean more = beat();
                news.connect();
                pause = more ? Duration.ZERO : link.isOpen() && !news.isAwaited() ? INTERVAL : RETRY;
            } catch (ExecutionException | TimeoutException | RuntimeException fault) {
                failed(fault);
            } catch (InterruptedException stopped) {
                return;
            }
            try {
                if (wake.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                    wake.drainPermits();
                }
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    private void failed(Exception fault) {
        if (closed) {
            return;
        }
        String words = RedisLink.wordsOf(fault);
        if (!words.equals(detail)) {
            LOG.warnf("Redis can't be used: %s. This replica goes on by itself", words);
            observer.failed(Operation.OPEN);
        }
        detail = words;
        failed = true;
    }

    /** One beat; answers whether there are more purges to hear of. */
    private boolean beat() throws InterruptedException, ExecutionException, TimeoutException {
        long sent = time.ticks();
        CompletableFuture<Optional<Response>> answer = link.probe(
                RedisScript.BEAT,
                List.of(keys.purges(), keys.pause(), keys.epoch()),
                List.of(lastPurge, UUID.randomUUID(), MOST_PURGES),
                PATIENCE);
        try {
            answer.get(patience.silence().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException silent) {
            link.hangs();
            news.wakeAll();
        }
        Response reply = answer.get().orElseThrow();
        long took = time.ticks() - sent;
        clock.heard(sent + took / 2, Long.parseLong(reply.get(0).toString()));
        if (isNewEpoch(reply.get(1).toString())) {
            return true;
        }
        List<Purge> purges = purges(reply.get(4));
        purges.forEach(purge -> listener.purged(purge, replaying));
        byte[] pause = reply.get(2).toBytes();
        long pauseLeft = Long.parseLong(reply.get(3).toString());
        if (pause.length > 0 && pauseLeft > 0) {
            listener.paused(pause, Duration.ofMillis(pauseLeft));
        }
        if (purges.size() == MOST_PURGES) {
            return true;
        }
        replaying = false;
        if (took <= patience.quick().toNanos()) {
            works();
        } else {
            detail = "slow: " + TimeUnit.NANOSECONDS.toMillis(took) + " ms";
        }
        listener.inTouch();
        return false;
    }

    private void works() {
        if (!link.isOpen()) {
            LOG.info("Redis answers; this replica works with the others");
            detail = "open";
        }
        link.works();
    }

    /** Where Redis has other data than before, all purges it knows of are looked at again. */
    private boolean isNewEpoch(String now) {
        if (now.equals(epoch)) {
            return false;
        }
        boolean known = !epoch.isEmpty();
        epoch = now;
        lastPurge = BEGINNING;
        replaying = true;
        if (known) {
            LOG.warn("Redis has lost what it held; what replicas hold is shared again as it is asked for");
            listener.emptied();
        }
        return known;
    }

    private List<Purge> purges(Response entries) {
        List<Purge> purges = new ArrayList<>();
        for (Response entry : entries) {
            lastPurge = entry.get(0).toString();
            Response fields = entry.get(1);
            if (fields.size() == 6) {
                purges.add(new Purge(
                        fields.get(1).toString(),
                        fields.get(3).toString(),
                        fields.get(5).toString()));
            }
        }
        return purges;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
