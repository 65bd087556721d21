package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.Results.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.store.RedisBeat.Purge;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A purge of another replica is followed until it is done, whatever comes in between. */
class PurgeFollowerTest {
    @Test
    void whatTheStoreBelowFailsAtIsTriedAgain() {
        AtomicInteger tries = new AtomicInteger();
        Semaphore allowed = new Semaphore(1);
        List<ExecutionId> forgotten = new CopyOnWriteArrayList<>();
        ResultStore below = (ResultStore) Proxy.newProxyInstance(
                ResultStore.class.getClassLoader(), new Class<?>[] {ResultStore.class}, (self, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("forget");
                    if (tries.incrementAndGet() == 1) {
                        throw new IllegalStateException("a fault of this test");
                    }
                    allowed.acquire();
                    forgotten.add((ExecutionId) arguments[0]);
                    return Set.of();
                });
        try (PurgeFollower purges = new PurgeFollower(below)) {
            purges.follow(new Purge("e-1", "1", "another"), false);
            purges.follow(new Purge("e-1", "2", "another"), false);

            await().until(() -> forgotten.size() == 1);
            assertThat(purges.isPending(id("e-1"))).isTrue();
            allowed.release();
            await().until(() -> forgotten.size() == 2 && !purges.isPending(id("e-1")));
        }
    }
}
