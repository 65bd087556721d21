package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The one subscription of a replica: hears that a fetch ended somewhere and wakes who waits for its id, and that there is
 * something for the beat to look at. A message that is missed costs a wait, never an answer.
 */
final class ClusterNews implements AutoCloseable {
    private static final String ENDED = "ended ";
    /** Tells every replica to look at purges and the pause at once. */
    static final String LOOK = "look";

    private final Redis client;
    private final String channel;
    private final Runnable look;
    private final ConcurrentHashMap<ExecutionId, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable RedisConnection> connection = new AtomicReference<>();
    private volatile boolean closed;

    /** @param look called, on a thread that must not block, where there are purges or a pause to look at */
    ClusterNews(Redis client, String channel, Runnable look) {
        this.client = client;
        this.channel = channel;
        this.look = look;
    }

    String channel() {
        return channel;
    }

    /** The message that a fetch of {@code id} ended. */
    static String ended(ExecutionId id) {
        return ENDED + id.value();
    }

    /** Ends with the next message about {@code id} that is heard here. */
    CompletableFuture<Void> next(ExecutionId id) {
        return waiting.computeIfAbsent(id, first -> new CompletableFuture<>());
    }

    /** Nobody waits for {@code future} any more. */
    void leave(ExecutionId id, CompletableFuture<Void> future) {
        waiting.remove(id, future);
    }

    /** Whether {@code future} ends within {@code patience}. */
    boolean comes(CompletableFuture<Void> future, Duration patience) throws InterruptedException, ExecutionException {
        try {
            future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        }
    }

    /** Somebody has been waiting for a while: has Redis looked at now, and often from here on. Never blocks. */
    void watch() {
        look.run();
    }

    /** Whether somebody waits, or is about to. */
    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** Has everybody who waits ask for himself. */
    void wakeAll() {
        waiting.forEach((id, future) -> {
            if (waiting.remove(id, future)) {
                future.complete(null);
            }
        });
    }

    boolean isHeard() {
        return connection.get() != null;
    }

    /** Subscribes unless subscribed, and keeps the connection from being silent; blocks. */
    void connect() throws InterruptedException, ExecutionException, TimeoutException {
        RedisConnection open = connection.get();
        if (open == null) {
            open = RedisLink.connect(client, this::lost);
            open.handler(this::hear);
            open.send(Request.cmd(Command.SUBSCRIBE).arg(channel));
            connection.set(open);
            if (closed) {
                open.close();
            }
        }
        // the older protocol takes a message that comes before the reply for the reply
        open.send(Request.cmd(Command.PING)).onSuccess(this::hear);
    }

    private void lost(RedisConnection ended) {
        if (connection.compareAndSet(ended, null)) {
            wakeAll();
        }
    }

    private void hear(@Nullable Response message) {
        if (message == null
                || (message.type() != ResponseType.PUSH && message.type() != ResponseType.MULTI)
                || message.size() != 3) {
            return;
        }
        if (!"message".equals(message.get(0).toString())) {
            return;
        }
        String words = message.get(2).toString();
        if (words.equals(LOOK)) {
            look.run();
        } else if (words.startsWith(ENDED)) {
            ExecutionId.parse(words.substring(ENDED.length())).ifPresent(this::wake);
        }
    }

    private void wake(ExecutionId id) {
        CompletableFuture<Void> future = waiting.remove(id);
        if (future != null) {
            future.complete(null);
        }
    }

    @Override
    public void close() {
        closed = true;
        RedisConnection open = connection.getAndSet(null);
        if (open != null) {
            open.close();
        }
        wakeAll();
    }
}
