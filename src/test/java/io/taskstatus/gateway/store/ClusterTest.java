package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.ResultStoreContract.NAMESPACE;
import static io.taskstatus.gateway.store.ResultStoreContract.find;
import static io.taskstatus.gateway.store.Results.id;
import static io.taskstatus.gateway.store.Results.result;
import static io.taskstatus.gateway.store.Results.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.RedisServer;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.StatusSource;
import io.taskstatus.gateway.lookup.StoreUnavailableException;
import io.taskstatus.gateway.lookup.Tier;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What two replicas do together over a real Redis, and each by itself without. */
class ClusterTest {
    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private RedisServer redis;

    @BeforeEach
    void start() {
        redis = RedisServer.start();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        threads.shutdownNow();
        if (redis != null) {
            redis.close();
        }
    }

    /** Counts fetches, and holds them while told to. */
    private static final class Upstream implements StatusSource {
        final AtomicInteger fetches = new AtomicInteger();
        final CountDownLatch asked = new CountDownLatch(1);
        volatile CountDownLatch gate = new CountDownLatch(0);
        volatile Fetched answer;

        Upstream(Fetched answer) {
            this.answer = answer;
        }

        @Override
        public Fetched fetch(ExecutionId id, Optional<String> traceparent) {
            fetches.incrementAndGet();
            asked.countDown();
            Fetched now = answer;
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return now;
        }
    }

    private static StatusSnapshot running(String id) {
        byte[] body = "{\"verificationStatus\": \"Running\"}".getBytes(StandardCharsets.UTF_8);
        return new StatusSnapshot(id(id), VerificationStatus.RUNNING, body, Instant.now());
    }

    private Replica replica() {
        return add(Replica.of(redis, NAMESPACE));
    }

    private Replica replicaWithStore(String name) {
        ResultStore below = GuardedResultStore.in(
                folder.resolve(name), NAMESPACE, new Counts(), io.taskstatus.gateway.lookup.Time.system());
        return add(Replica.of(redis, NAMESPACE, below));
    }

    private Replica add(Replica replica) {
        open.add(replica);
        return replica;
    }

    @Test
    void whatOneReplicaKeepsTheOtherFindsInTheSharedTier() throws Exception {
        Replica one = replicaWithStore("one");
        Replica two = replicaWithStore("two");
        one.store().keep(success("e-1"));
        assertThat(find(two.store(), "e-1").orElseThrow().tier()).isEqualTo(Tier.SHARED);
        assertThat(find(two.store(), "e-1").orElseThrow().snapshot().body())
                .isEqualTo(success("e-1").body());
    }

    @Test
    void theFirstResultStandsForBothReplicas() throws Exception {
        Replica one = replicaWithStore("one");
        Replica two = replicaWithStore("two");
        one.store().keep(success("e-1"));
        assertThat(two.store().keep(result("e-1", "another")).body())
                .isEqualTo(success("e-1").body());
        await().untilAsserted(() -> assertThat(two.store().inspect(id("e-1")))
                .hasSize(2)
                .allSatisfy(held -> assertThat(held.snapshot().body())
                        .isEqualTo(success("e-1").body())));
    }

    @Test
    void oneReplicaFetchesAndTheOtherWaitsForWhatItBrings() throws Exception {
        Upstream upstream = new Upstream(new Fetched.Found(running("e-1")));
        upstream.gate = new CountDownLatch(1);
        StatusSource one = replica().around(upstream);
        StatusSource two = replica().around(upstream);
        Future<Fetched> first = threads.submit(() -> one.fetch(id("e-1"), Optional.empty()));
        upstream.asked.await();
        Future<Fetched> second = threads.submit(() -> two.fetch(id("e-1"), Optional.empty()));
        await().until(() -> redis.say("PUBSUB", "NUMSUB", "task-status-gateway:1:" + NAMESPACE + ":news")
                .contains(":2"));
        // longer than a lease: it is renewed while the fetch runs
        await().pollDelay(Duration.ofSeconds(2)).until(() -> !second.isDone());
        upstream.gate.countDown();
        assertThat(first.get(5, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Fetched.Found.class, found -> assertThat(found.shared()).isFalse());
        assertThat(second.get(5, TimeUnit.SECONDS)).isInstanceOfSatisfying(Fetched.Found.class, found -> {
            assertThat(found.shared()).isTrue();
            assertThat(found.snapshot().body()).isEqualTo(running("e-1").body());
        });
        assertThat(upstream.fetches).hasValue(1);
    }

    @Test
    void replicasAreToldOfAFetchOnlyWhereOneWaitsForIt() throws Exception {
        StatusSource alone = replica().around(new Upstream(new Fetched.Found(running("e-1"))));
        alone.fetch(id("e-1"), Optional.empty());
        await().until(() -> redis.say("EXISTS", leaseOf("e-1")).startsWith(":0"));
        assertThat(redis.say("INFO", "commandstats")).doesNotContain("cmdstat_publish");
    }

    @Test
    void aFreshOutcomeIsTakenAndAnOldOneIsNot() throws Exception {
        Upstream upstream = new Upstream(new Fetched.Found(running("e-1")));
        StatusSource one = replica().around(upstream);
        StatusSource two = replica().around(upstream);
        one.fetch(id("e-1"), Optional.empty());
        await().until(() -> redis.say("EXISTS", leaseOf("e-1")).startsWith(":0"));
        Fetched.Found shared = (Fetched.Found) two.fetch(id("e-1"), Optional.empty());
        assertThat(shared.from().orElseThrow().age()).isLessThan(Duration.ofSeconds(1));
        assertThat(upstream.fetches).hasValue(1);
        await().pollDelay(Duration.ofMillis(600))
                .until(() -> !((Fetched.Found) two.fetchAnew(id("e-1"), Optional.empty())).shared());
        await().pollDelay(Duration.ofMillis(1_100))
                .until(() -> !((Fetched.Found) one.fetch(id("e-1"), Optional.empty())).shared());
        assertThat(upstream.fetches).hasValue(3);
    }

    private static String leaseOf(String id) {
        return "task-status-gateway:1:" + NAMESPACE + ":{" + id + "}:lease";
    }

    @Test
    void notFoundAndFailuresAreShared() throws Exception {
        SourceFailure missing =
                SourceFailure.answered(FailureReason.EXECUTION_NOT_FOUND, 404).saying(Optional.of("no such task"));
        Upstream upstream = new Upstream(new Fetched.Failed(missing));
        StatusSource one = replica().around(upstream);
        StatusSource two = replica().around(upstream);
        one.fetch(id("e-1"), Optional.empty());
        Fetched.Failed told = (Fetched.Failed) two.fetch(id("e-1"), Optional.empty());
        assertThat(told.failure()).isEqualTo(missing);
        assertThat(told.from()).isPresent();
        assertThat(upstream.fetches).hasValue(1);
    }

    @Test
    void aLeaseWhoseHolderDiedCostsNoMoreThanItsTime() throws Exception {
        Upstream upstream = new Upstream(new Fetched.Found(running("e-1")));
        StatusSource one = replica().around(upstream);
        redis.say("SET", leaseOf("e-1"), "of-a-dead-replica", "PX", "1500");
        long start = System.nanoTime();
        one.fetch(id("e-1"), Optional.empty());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1_900));
        assertThat(upstream.fetches).hasValue(1);
    }

    @Test
    void aLeaseIsEndedByItsHolderAlone() throws Exception {
        Upstream upstream = new Upstream(new Fetched.Found(running("e-1")));
        upstream.gate = new CountDownLatch(1);
        StatusSource one = replica().around(upstream);
        Future<Fetched> first = threads.submit(() -> one.fetch(id("e-1"), Optional.empty()));
        upstream.asked.await();
        redis.say("SET", leaseOf("e-1"), "of-another", "PX", "60000");
        upstream.gate.countDown();
        first.get(5, TimeUnit.SECONDS);
        assertThat(redis.say("GET", leaseOf("e-1"))).contains("of-another");
    }

    @Test
    void aPurgeReachesTheOtherReplicaAndItsStore() throws Exception {
        Replica one = replicaWithStore("one");
        Replica two = replicaWithStore("two");
        one.store().keep(success("e-1"));
        two.store().keep(success("e-1"));
        assertThat(one.store().forget(id("e-1"))).contains(Tier.SHARED, Tier.STORE);
        await().atMost(Duration.ofSeconds(2)).until(() -> two.forgotten().contains("e-1"));
        await().atMost(Duration.ofSeconds(2))
                .until(() -> two.store().inspect(id("e-1")).isEmpty());
        assertThat(one.store().inspect(id("e-1"))).isEmpty();
    }

    @Test
    void aPurgeReachesAReplicaThatWasAway() throws Exception {
        Replica one = replicaWithStore("one");
        Replica two = replicaWithStore("two");
        one.store().keep(success("e-1"));
        two.store().keep(success("e-1"));
        two.close();
        one.store().forget(id("e-1"));
        Replica again = replicaWithStore("two");
        await().atMost(Duration.ofSeconds(2))
                .until(() -> again.store().inspect(id("e-1")).isEmpty());
    }

    @Test
    void aFetchUnderWayBringsNothingBackThatWasPurged() throws Exception {
        Replica one = replica();
        Replica two = replica();
        Upstream upstream = new Upstream(new Fetched.Found(success("e-1")));
        upstream.gate = new CountDownLatch(1);
        StatusSource source = two.around(upstream);
        Future<StatusSnapshot> kept = threads.submit(() -> {
            Fetched.Found found = (Fetched.Found) source.fetch(id("e-1"), Optional.empty());
            return two.store().keep(found.snapshot());
        });
        upstream.asked.await();
        one.store().forget(id("e-1"));
        upstream.gate.countDown();
        kept.get(5, TimeUnit.SECONDS);
        assertThat(find(one.store(), "e-1")).isEmpty();
        upstream.gate = new CountDownLatch(0);
        Fetched.Found anew = (Fetched.Found) source.fetch(id("e-1"), Optional.empty());
        two.store().keep(anew.snapshot());
        assertThat(find(one.store(), "e-1")).isPresent();
    }

    @Test
    void withoutRedisResultsAreKeptHereAndWrittenBackLater() throws Exception {
        Replica one = replicaWithStore("one");
        Replica two = replicaWithStore("two");
        redis.kill();
        await().until(() -> !one.store().state().up());
        one.store().keep(success("e-1"));
        assertThat(find(one.store(), "e-1")).isPresent();
        assertThat(one.counts().late()).isEqualTo(1);
        assertThatThrownBy(() -> one.store().forget(id("e-1"))).isInstanceOf(StoreUnavailableException.class);
        redis.launchAgain();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> find(two.store(), "e-1").isPresent());
    }

    @Test
    void aReplicaThatWasAwayFollowsTheResultThatStands() throws Exception {
        Replica one = replicaWithStore("one");
        redis.kill();
        await().until(() -> !one.store().state().up());
        one.store().keep(result("e-1", "of the one that was alone"));
        redis.launchAgain();
        // whoever is first when Redis is back decides: here another replica
        redis.suspend();
        Replica two = add(Replica.at(redis.url(), NAMESPACE, new NoResultStore()));
        redis.resume();
        two.awaitInTouch();
        StatusSnapshot standing = two.store().keep(result("e-1", "of the others"));
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(one.store().inspect(id("e-1"))).hasSize(2);
            assertThat(one.store().inspect(id("e-1")))
                    .allSatisfy(held -> assertThat(held.snapshot().body()).isEqualTo(standing.body()));
        });
    }

    @Test
    void whatRedisLostIsSharedAgainWhenItIsAskedFor() throws Exception {
        Replica one = replicaWithStore("one");
        Replica two = replicaWithStore("two");
        one.store().keep(success("e-1"));
        redis.flush();
        assertThat(find(two.store(), "e-1")).isEmpty();
        assertThat(find(one.store(), "e-1").orElseThrow().tier()).isEqualTo(Tier.STORE);
        await().atMost(Duration.ofSeconds(5))
                .until(() -> find(two.store(), "e-1").isPresent());
    }

    @Test
    void aPurgeIsNotUndoneByARedisThatLostItsData() throws Exception {
        Replica one = replicaWithStore("one");
        Replica two = replicaWithStore("two");
        one.store().keep(success("e-1"));
        two.close();
        Replica alone = add(Replica.at(
                "redis://127.0.0.1:1",
                NAMESPACE,
                GuardedResultStore.in(
                        folder.resolve("away"), NAMESPACE, new Counts(), io.taskstatus.gateway.lookup.Time.system())));
        alone.store().keep(success("e-1"));
        one.store().forget(id("e-1"));
        redis.flush();
        await().until(() -> redis.say("EXISTS", "task-status-gateway:1:" + NAMESPACE + ":{e-1}:purged")
                .startsWith(":1"));
        alone.close();
        Replica back = replicaWithStore("away");
        await().atMost(Duration.ofSeconds(2))
                .until(() -> back.store().inspect(id("e-1")).isEmpty());
        assertThat(find(one.store(), "e-1")).isEmpty();
    }

    @Test
    void aRedisThatHangsCostsLittleAtFirstAndNothingLater() throws Exception {
        Replica one = add(Replica.at(redis.url(), NAMESPACE, new NoResultStore()));
        one.awaitInTouch();
        Upstream upstream = new Upstream(new Fetched.Found(running("e-1")));
        StatusSource source = one.around(upstream);
        source.fetch(id("warm-up"), Optional.empty());
        redis.suspend();
        try {
            assertThat(took(() -> {
                        one.store().find(id("e-1")).get();
                        source.fetch(id("e-1"), Optional.empty());
                    }))
                    .isLessThan(Duration.ofMillis(200));
            assertThat(took(() -> {
                        one.store().find(id("e-2")).get();
                        source.fetch(id("e-2"), Optional.empty());
                    }))
                    .isLessThan(Duration.ofMillis(20));
        } finally {
            redis.resume();
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> one.store().state().up());
    }

    @Test
    void aRedisThatIsFullCostsNobodyAnAnswer() throws Exception {
        Replica one = replicaWithStore("one");
        redis.say("CONFIG", "SET", "maxmemory", "1");
        Upstream upstream = new Upstream(new Fetched.Found(success("e-1")));
        Fetched.Found found = (Fetched.Found) one.around(upstream).fetch(id("e-1"), Optional.empty());
        one.store().keep(found.snapshot());
        assertThat(find(one.store(), "e-1")).isPresent();
        redis.say("CONFIG", "SET", "maxmemory", "0");
        Replica two = replicaWithStore("two");
        await().atMost(Duration.ofSeconds(5))
                .until(() -> find(two.store(), "e-1").isPresent());
    }

    @Test
    void aDamagedResultIsDroppedAndCounted() throws Exception {
        Replica one = replica();
        one.store().keep(success("e-1"));
        String key = "task-status-gateway:1:" + NAMESPACE + ":{e-1}:result";
        redis.say("SETRANGE", key, "200", "X");
        assertThat(find(one.store(), "e-1")).isEmpty();
        assertThat(one.counts().failures(io.taskstatus.gateway.lookup.StoreObserver.Operation.CHECK))
                .isEqualTo(1);
        await().until(() -> redis.say("EXISTS", key).startsWith(":0"));
    }

    @Test
    void aPauseIsShared() {
        Replica one = replica();
        Replica two = replica();
        AtomicReference<Duration> left = new AtomicReference<>(Duration.ZERO);
        two.cluster().onPause((why, howLong) -> {
            assertThat(why.reason()).isEqualTo(FailureReason.UPSTREAM_RATE_LIMITED);
            left.set(howLong);
        });
        one.cluster().pause(SourceFailure.answered(FailureReason.UPSTREAM_RATE_LIMITED, 429), Duration.ofSeconds(30));
        await().atMost(Duration.ofSeconds(2)).until(() -> left.get().toSeconds() > 25);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static Duration took(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
