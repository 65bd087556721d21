package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.ResultStoreContract.NAMESPACE;
import static io.taskstatus.gateway.store.Results.id;
import static io.taskstatus.gateway.store.Results.result;
import static io.taskstatus.gateway.store.Results.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.RedisServer;
import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where Redis and the store below do not hold the same. */
class TwoStoresTest {
    @TempDir
    Path folder;

    private RedisServer redis;
    private FaultyStorage storage;
    private GuardedResultStore below;
    private Replica replica;

    @BeforeEach
    void start() {
        redis = RedisServer.start();
        storage = new FaultyStorage(new SqliteStorage(folder, NAMESPACE, Time.system()));
        below = new GuardedResultStore(
                storage, new Counts(), Time.system(), Duration.ofMillis(50), Duration.ofMillis(20), 32 << 20);
        replica = Replica.of(redis, NAMESPACE, below);
    }

    @AfterEach
    void stop() {
        if (redis != null) {
            replica.close();
            redis.close();
        }
    }

    private static List<String> paged(ResultStore store, int limit) {
        List<String> paged = new ArrayList<>();
        List<StatusSnapshot> page = store.page(Optional.empty(), limit);
        while (!page.isEmpty()) {
            page.forEach(each -> paged.add(each.id().value()));
            page = store.page(Optional.of(page.getLast().id()), limit);
        }
        return paged;
    }

    @Test
    void pagesHaveEverythingThoughEitherStoreCutsThemShort() {
        String large = "x".repeat(300_000);
        List<String> all = new ArrayList<>();
        try (Replica other = Replica.of(redis, NAMESPACE)) {
            for (int i = 0; i < 24; i++) {
                String name = "e-%02d".formatted(i);
                all.add(name);
                // a megabyte is a page: the large ones of one store end its pages amid the small ones of the other
                ResultStore holder = i % 2 == 0 ? below : other.store();
                holder.keep(result(name, i / 12 == i % 2 ? large : "small"));
            }
        }
        assertThat(paged(replica.store(), 1_000)).containsExactlyElementsOf(all);
        assertThat(paged(replica.store(), 5)).containsExactlyElementsOf(all);
    }

    @Test
    void aPageOfDamagedResultsIsNotTheEnd() {
        IntStream.range(0, 9).forEach(i -> replica.store().keep(success("e-" + i)));
        IntStream.range(0, 9).forEach(i -> below.forget(id("e-" + i)));
        for (int i = 0; i < 6; i++) {
            redis.say("SETRANGE", "task-status-gateway:1:" + NAMESPACE + ":{e-" + i + "}:result", "200", "X");
        }
        assertThat(paged(replica.store(), 3)).containsExactly("e-6", "e-7", "e-8");
    }

    @Test
    void anEarlierResultBelowThatIsFoundLateYieldsToTheOneThatRedisHas() {
        List<StatusSnapshot> told = new CopyOnWriteArrayList<>();
        replica.store().onLateConflict(told::add);
        below.keep(result("e-1", "earlier, here alone"));
        storage.holdWrites();
        StatusSnapshot standing = result("e-1", "later, and shared");
        assertThat(replica.store().keep(standing).body()).isEqualTo(standing.body());
        storage.releaseWrites();
        await().untilAsserted(() -> assertThat(told).singleElement().satisfies(stands -> assertThat(stands.body())
                .isEqualTo(standing.body())));
        await().untilAsserted(() -> assertThat(replica.store().inspect(id("e-1")))
                .hasSize(2)
                .allSatisfy(held -> assertThat(held.snapshot().body()).isEqualTo(standing.body())));
    }

    @Test
    void withoutRedisAnEarlierResultBelowThatIsFoundLateStands() {
        List<StatusSnapshot> told = new CopyOnWriteArrayList<>();
        replica.store().onLateConflict(told::add);
        StatusSnapshot earlier = result("e-1", "earlier, here alone");
        below.keep(earlier);
        redis.kill();
        await().until(() -> !replica.store().state().up());
        storage.holdWrites();
        replica.store().keep(result("e-1", "later"));
        storage.releaseWrites();
        await().untilAsserted(() -> assertThat(told).singleElement().satisfies(stands -> assertThat(stands.body())
                .isEqualTo(earlier.body())));
        redis.launchAgain();
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(replica.store().inspect(id("e-1")))
                        .hasSize(2)
                        .allSatisfy(held -> assertThat(held.snapshot().body()).isEqualTo(earlier.body())));
    }
}
