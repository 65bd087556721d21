package io.taskstatus.gateway.store;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.io.Serial;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One pipelined connection to Redis with a circuit breaker: a command has a short time to be answered in, and after one
 * that was not, nobody asks until {@link RedisBeat} finds Redis quick again. Whoever asks meanwhile is told at
 * once. A connection that is silent is closed by {@code quarkus.redis.tcp.read-idle-timeout}.
 */
final class RedisLink implements AutoCloseable {
    /** How long opening a connection may take, with all that is said at its beginning. */
    private static final Duration CONNECT_PATIENCE = Duration.ofMillis(1_500);

    /** Redis is not asked now. */
    static final class Unavailable extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message, null, false, false);
        }
    }

    private final Redis client;
    private final Duration quick;
    private final AtomicReference<@Nullable RedisConnection> connection = new AtomicReference<>();
    private volatile boolean shut = true;
    private volatile boolean closed;

    private final Runnable onTrouble;

    /**
     * @param quick a command that had less time than this says nothing of Redis where it was not answered
     * @param onTrouble called, on a thread that must not block, where the connection ended or a command was late
     */
    RedisLink(Redis client, Duration quick, Runnable onTrouble) {
        this.client = client;
        this.quick = quick;
        this.onTrouble = onTrouble;
    }

    /** Whether commands are sent. */
    boolean isOpen() {
        return connection.get() != null && !shut;
    }

    /** Connects unless connected; blocks. Commands are sent once {@link #works} was called. */
    void connect() throws InterruptedException, ExecutionException, TimeoutException {
        if (connection.get() == null) {
            RedisConnection opened = connect(client, this::lost);
            shut = true;
            connection.set(opened);
            if (closed) {
                opened.close();
            }
        }
    }

    /** Opens one more connection; {@code onEnd} is called where it ends. Blocks. */
    static RedisConnection connect(Redis client, Consumer<RedisConnection> onEnd)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<RedisConnection> opening = new CompletableFuture<>();
        client.connect().onComplete(opened -> {
            if (opened.failed()) {
                opening.completeExceptionally(opened.cause());
                return;
            }
            RedisConnection fresh = opened.result();
            fresh.endHandler(end -> onEnd.accept(fresh));
            fresh.exceptionHandler(fault -> onEnd.accept(fresh));
            if (!opening.complete(fresh)) {
                fresh.close();
            }
        });
        try {
            return opening.get(CONNECT_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            opening.cancel(false);
        }
    }

    private void lost(RedisConnection ended) {
        if (connection.compareAndSet(ended, null)) {
            shut = true;
            onTrouble.run();
        }
    }

    /** Redis was found silent. */
    void hangs() {
        shut = true;
    }

    /** Redis was found quick. */
    void works() {
        shut = false;
    }

    /** Runs {@code script}; the future fails where Redis does not answer within {@code patience}, or with an error. */
    CompletableFuture<Optional<Response>> run(
            RedisScript script, List<String> keys, List<?> arguments, Duration patience) {
        return isOpen() ? script(script, keys, arguments, patience) : unavailable();
    }

    /** The same, whether or not the circuit is open. */
    CompletableFuture<Optional<Response>> probe(
            RedisScript script, List<String> keys, List<?> arguments, Duration patience) {
        return script(script, keys, arguments, patience);
    }

    /** Sends {@code request}, likewise. */
    CompletableFuture<Optional<Response>> send(Request request, Duration patience) {
        return isOpen() ? sendNow(request, patience) : unavailable();
    }

    private CompletableFuture<Optional<Response>> script(
            RedisScript script, List<String> keys, List<?> arguments, Duration patience) {
        return sendNow(request(Command.EVALSHA, script.sha1(), keys, arguments), patience)
                .exceptionallyCompose(fault -> isUnknownScript(fault)
                        ? sendNow(request(Command.EVAL, script.text(), keys, arguments), patience)
                        : CompletableFuture.failedFuture(fault));
    }

    private static boolean isUnknownScript(Throwable fault) {
        return causeOf(fault) instanceof ErrorType error && error.is("NOSCRIPT");
    }

    private static Request request(Command command, String script, List<String> keys, List<?> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        for (Object argument : arguments) {
            if (argument instanceof byte[] bytes) {
                request.arg(bytes);
            } else {
                request.arg(argument.toString());
            }
        }
        return request;
    }

    private CompletableFuture<Optional<Response>> sendNow(Request request, Duration patience) {
        RedisConnection open = connection.get();
        if (open == null) {
            return unavailable();
        }
        CompletableFuture<Optional<Response>> reply = new CompletableFuture<>();
        open.send(request).onComplete(sent -> {
            if (sent.succeeded()) {
                reply.complete(Optional.ofNullable(sent.result()));
            } else {
                reply.completeExceptionally(sent.cause());
            }
        });
        boolean fair = patience.compareTo(quick) >= 0;
        return reply.orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((answer, fault) -> judge(fair && fault instanceof TimeoutException));
    }

    private void judge(boolean late) {
        if (late && !shut) {
            shut = true;
            onTrouble.run();
        }
    }

    /** What a person is told of {@code fault}. */
    static String wordsOf(Throwable fault) {
        Throwable cause = causeOf(fault);
        return cause instanceof TimeoutException ? "no answer in time" : String.valueOf(cause.getMessage());
    }

    private static Throwable causeOf(Throwable fault) {
        return fault.getCause() == null ? fault : fault.getCause();
    }

    private static <T> CompletableFuture<T> unavailable() {
        return CompletableFuture.failedFuture(new Unavailable("Redis can't be reached, or does not answer in time"));
    }

    @Override
    public void close() {
        closed = true;
        shut = true;
        RedisConnection open = connection.getAndSet(null);
        if (open != null) {
            open.close();
        }
    }
}
