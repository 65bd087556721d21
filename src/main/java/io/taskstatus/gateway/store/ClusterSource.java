package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.Fetched.Shared;
import io.taskstatus.gateway.lookup.FreshnessPolicy;
import io.taskstatus.gateway.lookup.StatusSource;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.store.ClusterLeases.Lease;
import io.taskstatus.gateway.store.Departures.Departure;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The upstream as all replicas ask it together: one of them fetches an id, under a lease, and the others wait for what it
 * brings. Where Redis does not answer, every replica asks for itself. {@link #ask} is the whole story.
 */
final class ClusterSource implements StatusSource {
    private static final Duration PUBLISH_PATIENCE = Duration.ofSeconds(1);
    /** After so long without news a waiter looks for himself. */
    private static final Duration WAIT = Duration.ofSeconds(1);
    /** The same while no news is heard here. */
    private static final Duration DEAF_WAIT = Duration.ofMillis(100);
    /** After so long Redis is looked at more often: it may hang. */
    private static final Duration SHORT_WAIT = Duration.ofMillis(50);

    private static final String JUST_CAME = "0";
    /** What is remembered of an id between fetches, as a rule longer than it is fresh. */
    private static final Duration OUTCOME_LIFE = Duration.ofMinutes(1);

    /**
     * How long outcomes are fresh, and how long a fetch takes at most.
     *
     * @param running of a task first seen now, up to {@code runningMax} of the oldest
     */
    record Freshness(Duration running, Duration runningMax, Duration notFound, Duration error, Duration deadline) {}

    private final StatusSource own;
    private final RedisLink link;
    private final RedisKeys keys;
    private final ClusterNews news;
    private final ClusterLeases leases;
    private final Departures departures;
    private final Freshness freshness;
    private final RedisBudget budget;
    private final Time time;

    /** @param budget how long a fetch is held back by a Redis that does not answer */
    ClusterSource(
            StatusSource own,
            RedisLink link,
            RedisKeys keys,
            ClusterNews news,
            ClusterLeases leases,
            Departures departures,
            Freshness freshness,
            RedisBudget budget,
            Time time) {
        this.own = own;
        this.link = link;
        this.keys = keys;
        this.news = news;
        this.leases = leases;
        this.departures = departures;
        this.freshness = freshness;
        this.budget = budget;
        this.time = time;
    }

    @Override
    public Fetched fetch(ExecutionId id, Optional<String> traceparent) {
        return ask(id, traceparent, -1);
    }

    @Override
    public Fetched fetchAnew(ExecutionId id, Optional<String> traceparent) {
        return ask(id, traceparent, TimeUnit.NANOSECONDS.toMicros(FreshnessPolicy.REFETCH_INTERVAL));
    }

    /** @param youngest microseconds that an outcome may be old, or -1 where any that is fresh will do */
    private Fetched ask(ExecutionId id, Optional<String> traceparent, long youngest) {
        long end =
                time.ticks() + freshness.deadline().plus(ClusterLeases.LENGTH).toNanos();
        String came = JUST_CAME;
        while (link.isOpen() && end - time.ticks() > 0) {
            Lease lease = leases.propose(id);
            Optional<Response> reply = acquireOrWait(lease, came, youngest);
            if (reply.isEmpty()) {
                break;
            }
            Response answer = reply.get();
            Departure departure = new Departure(Optional.of(answer.get(1).toString()), time.ticks());
            switch (answer.get(2).toString()) {
                case "leased" -> {
                    departures.begin(id, departure);
                    return fetchFor(lease, departure, traceparent);
                }
                case "busy" -> {
                    // it was waited for, and is over or seems to be
                }
                default -> {
                    departures.begin(id, departure);
                    Optional<Fetched> shared = read(id, answer);
                    if (shared.isPresent()) {
                        return shared.get();
                    }
                    discard(id, answer);
                }
            }
            if (came.equals(JUST_CAME)) {
                came = answer.get(0).toString();
            }
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
        }
        departures.begin(id, new Departure(Optional.empty(), time.ticks()));
        return own.fetch(id, traceparent);
    }

    /** What Redis says of the lease; where another replica has it, once that one's fetch has ended or seems to. */
    private Optional<Response> acquireOrWait(Lease lease, String came, long youngest) {
        CompletableFuture<Void> next = news.next(lease.id());
        try {
            Optional<Response> reply = acquire(lease, came, youngest);
            if (reply.isPresent() && reply.get().get(2).toString().equals("busy")) {
                waitFor(next, Long.parseLong(reply.get().get(3).toString()));
            }
            return reply;
        } finally {
            news.leave(lease.id(), next);
        }
    }

    private Optional<Response> acquire(Lease lease, String came, long youngest) {
        ExecutionId id = lease.id();
        long life = ClusterLeases.LENGTH.toMillis();
        long start = time.ticks();
        CompletableFuture<Optional<Response>> reply = link.run(
                RedisScript.ACQUIRE,
                List.of(keys.lease(id), keys.outcome(id), keys.mark(id), keys.result(id), keys.awaited(id)),
                List.of(lease.token(), life, came, youngest),
                budget.lease(id));
        try {
            Optional<Response> answer = reply.get();
            if (came.equals(JUST_CAME)) {
                budget.spend(id, time.ticks() - start);
            }
            return answer;
        } catch (ExecutionException unavailable) {
            return Optional.empty();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Until the fetch is known to have ended, or its lease has run out; a little apart, so that not all ask at once. */
    private void waitFor(CompletableFuture<Void> next, long leaseMillis) {
        Duration most = news.isHeard() ? WAIT : DEAF_WAIT;
        long millis = Math.min(Math.max(leaseMillis, 1), most.toMillis())
                + ThreadLocalRandom.current().nextLong(20);
        try {
            if (!news.comes(next, SHORT_WAIT) && millis > SHORT_WAIT.toMillis()) {
                news.watch();
                next.get(millis - SHORT_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException | ExecutionException none) {
            // asks again
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Fetched> read(ExecutionId id, Response answer) {
        byte[] value = answer.get(3).toBytes();
        Optional<StatusSnapshot> snapshot = SharedForm.status(id, value);
        if (answer.get(2).toString().equals("result")) {
            return snapshot.map(result -> new Fetched.Found(result, Optional.of(Shared.RESULT)));
        }
        Optional<Shared> from = Optional.of(new Shared(
                micros(answer.get(4).toString()), micros(answer.get(5).toString())));
        return snapshot.<Fetched>map(status -> new Fetched.Found(status, from))
                .or(() -> SharedForm.failure(id.value(), value, time.ticks())
                        .map(failure -> new Fetched.Failed(failure, from)));
    }

    private static Duration micros(String number) {
        return Duration.of(Math.max(0, Long.parseLong(number)), ChronoUnit.MICROS);
    }

    /** What could not be read is no use to anybody; what is asked next comes after it. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is dropped when it is found again
    private void discard(ExecutionId id, Response answer) {
        if (answer.get(2).toString().equals("result")) {
            link.run(
                    RedisScript.DROP,
                    List.of(keys.result(id)),
                    List.of(answer.get(3).toBytes()),
                    PUBLISH_PATIENCE);
        }
    }

    private Fetched fetchFor(Lease lease, Departure departure, Optional<String> traceparent) {
        leases.hold(lease);
        byte[] outcome = {};
        Duration shortest = freshness.error();
        Duration longest = freshness.error();
        boolean goesOn = true;
        try {
            Fetched fetched = own.fetch(lease.id(), traceparent);
            switch (fetched) {
                case Fetched.Found found -> {
                    if (!found.snapshot().isTerminal()) {
                        outcome = SharedForm.of(found.snapshot());
                        shortest = min(freshness.running(), freshness.runningMax());
                        longest = freshness.runningMax();
                    } else {
                        keepFirst(found.snapshot(), departure);
                    }
                }
                case Fetched.Failed failed -> {
                    if (failed.failure().fetched()) {
                        outcome = SharedForm.of(lease.id().value(), failed.failure(), time.ticks());
                    }
                    if (failed.failure().reason() == FailureReason.EXECUTION_NOT_FOUND) {
                        shortest = freshness.notFound();
                        longest = shortest;
                        goesOn = false;
                    }
                }
            }
            return fetched;
        } finally {
            leases.letGo(lease);
            publish(lease, departure, outcome, shortest, longest, goesOn);
        }
    }

    /** So that who is woken finds the result: commands on one connection are done in their order. */
    @SuppressWarnings("FutureReturnValueIgnored") // the store keeps it too, and answers for it
    private void keepFirst(StatusSnapshot result, Departure departure) {
        link.run(
                RedisScript.KEEP,
                List.of(keys.result(result.id()), keys.mark(result.id())),
                List.of(SharedForm.of(result), departure.mark().orElse("?"), "0"),
                PUBLISH_PATIENCE);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it: the lease would run out by itself
    private void publish(
            Lease lease, Departure departure, byte[] outcome, Duration shortest, Duration longest, boolean goesOn) {
        ExecutionId id = lease.id();
        Duration life = longest.compareTo(OUTCOME_LIFE) > 0 ? longest : OUTCOME_LIFE;
        link.run(
                RedisScript.PUBLISH,
                List.of(keys.lease(id), keys.outcome(id), keys.mark(id), keys.awaited(id)),
                List.of(
                        lease.token(),
                        departure.mark().orElse(""),
                        outcome,
                        TimeUnit.NANOSECONDS.toMicros(shortest.toNanos()),
                        TimeUnit.NANOSECONDS.toMicros(longest.toNanos()),
                        goesOn ? "1" : "0",
                        life.toMillis(),
                        news.channel(),
                        ClusterNews.ended(id)),
                PUBLISH_PATIENCE);
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
