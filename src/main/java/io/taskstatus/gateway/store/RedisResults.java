package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.store.Departures.Departure;
import io.taskstatus.gateway.store.RedisBeat.Purge;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The results in Redis, command by command. Futures fail where Redis does not answer in time, or with an error. */
final class RedisResults {
    /** Of a result whose fetch is past knowing; what was purged at all is not written back. */
    static final Departure UNKNOWN = new Departure(Optional.empty(), Long.MIN_VALUE);

    private static final Logger LOG = Logger.getLogger("io.taskstatus.gateway.store");
    /** How long a mark keeps what was fetched before a purge from coming back: longer than a write waits as a rule. */
    private static final Duration MARK_LIFE = Duration.ofDays(7);
    /** Purges that are told to who was away: afterwards the oldest are dropped. */
    private static final int MOST_PURGES = 100_000;

    /** What became of a write. */
    sealed interface Kept {
        /** A result stands: {@code snapshot}, or where that is empty the one that was written. */
        record Standing(Optional<StatusSnapshot> snapshot) implements Kept {}

        /** The id was purged while the result was on its way. */
        record Purged() implements Kept {}
    }

    private final RedisLink link;
    private final RedisKeys keys;
    private final RedisClock clock;
    private final ResultScan scan;
    private final PurgeFollower purges;
    private final String replica;
    private final String channel;
    private final Duration findPatience;
    private final StoreObserver observer;
    private final Time time;

    RedisResults(
            RedisLink link,
            RedisKeys keys,
            RedisClock clock,
            PurgeFollower purges,
            String replica,
            String channel,
            Duration findPatience,
            StoreObserver observer) {
        this.link = link;
        this.keys = keys;
        this.clock = clock;
        this.scan = new ResultScan(link, keys);
        this.purges = purges;
        this.replica = replica;
        this.channel = channel;
        this.findPatience = findPatience;
        this.observer = observer;
        this.time = clock.time();
    }

    CompletableFuture<Optional<StatusSnapshot>> find(ExecutionId id) {
        long start = time.ticks();
        return link.send(Request.cmd(Command.GET).arg(keys.result(id)), findPatience)
                .whenComplete((reply, fault) -> count(Operation.FIND, start, fault))
                .thenApply(reply -> reply.flatMap(value -> open(id, value)));
    }

    private void count(Operation operation, long start, @Nullable Throwable fault) {
        if (fault == null) {
            observer.took(operation, Duration.ofNanos(time.ticks() - start));
        } else if (!(fault instanceof RedisLink.Unavailable)) {
            observer.failed(operation);
        }
    }

    /** The result in {@code value}; one that is not what was written is dropped. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is dropped when it is found again
    private Optional<StatusSnapshot> open(ExecutionId id, Response value) {
        byte[] bytes = value.toBytes();
        Optional<StatusSnapshot> result = SharedForm.status(id, bytes).filter(StatusSnapshot::isTerminal);
        if (result.isEmpty()) {
            observer.failed(Operation.CHECK);
            LOG.warnf("A shared result failed its check and is dropped: %s", id);
            link.run(RedisScript.DROP, List.of(keys.result(id)), List.of(bytes), Duration.ofSeconds(1));
        }
        return result;
    }

    /** Keeps {@code result} unless one stands, or the id was purged after {@code departure}. */
    CompletableFuture<Kept> keep(StatusSnapshot result, Departure departure, Duration patience) {
        if (departure.mark().isPresent()) {
            return keep(result, departure.mark().get(), 0, patience);
        }
        OptionalLong began = departure.equals(UNKNOWN) ? OptionalLong.of(0) : clock.at(departure.at());
        return keep(result, "?", began.orElse(0), patience);
    }

    /** Keeps {@code result} unless one stands, whatever was purged: an operator wants it, or it was fetched just now. */
    CompletableFuture<Kept> keepAnyway(StatusSnapshot result, Duration patience) {
        return keep(result, "?", Long.MAX_VALUE, patience);
    }

    private CompletableFuture<Kept> keep(StatusSnapshot result, String mark, long began, Duration patience) {
        ExecutionId id = result.id();
        return link.run(
                        RedisScript.KEEP,
                        List.of(keys.result(id), keys.mark(id)),
                        List.of(SharedForm.of(result), mark, began),
                        patience)
                .thenApply(reply -> kept(result, reply.orElseThrow()));
    }

    private Kept kept(StatusSnapshot result, Response reply) {
        return switch (reply.get(0).toString()) {
            case "purged" -> new Kept.Purged();
            case "kept" -> new Kept.Standing(Optional.empty());
            case "same" -> new Kept.Standing(Optional.of(result));
            default -> new Kept.Standing(open(result.id(), reply.get(1)));
        };
    }

    /** Removes the result of {@code id} from Redis, and tells all replicas; answers whether there was one. */
    CompletableFuture<Boolean> purge(ExecutionId id, Duration patience) {
        return link.run(
                        RedisScript.PURGE,
                        List.of(keys.result(id), keys.outcome(id), keys.lease(id), keys.mark(id)),
                        List.of(MARK_LIFE.toMillis()),
                        patience)
                .thenCompose(reply -> {
                    Response purged = reply.orElseThrow();
                    Purge purge = new Purge(id.value(), purged.get(0).toString(), replica);
                    purges.remember(purge);
                    boolean removed = Integer.parseInt(purged.get(1).toString()) > 0;
                    return announce(purge, patience).thenApply(told -> removed);
                });
    }

    private CompletableFuture<Optional<Response>> announce(Purge purge, Duration patience) {
        return link.run(
                RedisScript.ANNOUNCE,
                List.of(keys.purges()),
                List.of(purge.id(), purge.at(), purge.by(), MOST_PURGES, channel, ClusterNews.LOOK),
                patience);
    }

    /** Tells a Redis that has lost its data of a purge that this replica knows of. */
    @SuppressWarnings("FutureReturnValueIgnored") // other replicas tell it too
    void purgeAgain(Purge purge) {
        ExecutionId.parse(purge.id()).ifPresent(id -> link.probe(
                        RedisScript.REMARK,
                        List.of(keys.mark(id)),
                        List.of(purge.at(), MARK_LIFE.toMillis()),
                        Duration.ofSeconds(1))
                .thenCompose(marked -> link.probe(
                        RedisScript.ANNOUNCE,
                        List.of(keys.purges()),
                        List.of(purge.id(), purge.at(), purge.by(), MOST_PURGES, channel, ClusterNews.LOOK),
                        Duration.ofSeconds(1)))
                .whenComplete((told, fault) -> count(Operation.FORGET, time.ticks(), fault)));
    }

    /** At most {@code limit} results in the order of their ids, from the first after {@code after} on. */
    CompletableFuture<List<StatusSnapshot>> page(Optional<ExecutionId> after, int limit, Duration patience) {
        return scan.page(after.map(ExecutionId::value).orElse(""), limit, patience, this::open);
    }
}
