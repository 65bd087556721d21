package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.Results.id;
import static io.taskstatus.gateway.store.Results.result;
import static io.taskstatus.gateway.store.Results.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.lookup.ResultStore.Import;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store that keeps results does, whichever it is. */
abstract class ResultStoreContract {
    static final String NAMESPACE = "https://upstream.test:443";

    /** Opens a store of {@code namespace} over the storage of this test; opened again it finds what was kept. */
    abstract ResultStore open(String namespace) throws Exception;

    private ResultStore open() throws Exception {
        return open(NAMESPACE);
    }

    @Test
    void whatWasKeptIsFoundByteForByte() throws Exception {
        try (ResultStore store = open()) {
            StatusSnapshot result = success("e-1");
            assertThat(store.keep(result)).isSameAs(result);
            StatusSnapshot found = found(store, "e-1");
            assertThat(found.body()).isEqualTo(result.body());
            assertThat(found.status()).isEqualTo(VerificationStatus.SUCCESS);
            assertThat(found.fetchedAt()).isEqualTo(result.fetchedAt());
            assertThat(found.etag()).isEqualTo(result.etag());
        }
    }

    @Test
    void everyTerminalStatusIsKept() throws Exception {
        try (ResultStore store = open()) {
            for (VerificationStatus status : VerificationStatus.values()) {
                if (status.isTerminal()) {
                    StatusSnapshot result =
                            new StatusSnapshot(id(status.word()), status, new byte[] {'{', '}'}, Results.FETCHED_AT);
                    store.keep(result);
                    assertThat(found(store, status.word()).status()).isEqualTo(status);
                }
            }
        }
    }

    @Test
    void whatWasNeverKeptIsNotFound() throws Exception {
        try (ResultStore store = open()) {
            assertThat(find(store, "e-1")).isEmpty();
            assertThat(store.inspect(id("e-1"))).isEmpty();
        }
    }

    @Test
    void idsThatDifferInCaseAloneAreTwo() throws Exception {
        try (ResultStore store = open()) {
            store.keep(success("Abc"));
            assertThat(find(store, "abc")).isEmpty();
            store.keep(success("abc"));
            assertThat(found(store, "Abc").body())
                    .isNotEqualTo(found(store, "abc").body());
        }
    }

    @Test
    void theFirstResultStands() throws Exception {
        try (ResultStore store = open()) {
            StatusSnapshot first = success("e-1");
            store.keep(first);
            StatusSnapshot standing = store.keep(result("e-1", "a later, different one"));
            assertThat(standing.body()).isEqualTo(first.body());
            assertThat(found(store, "e-1").body()).isEqualTo(first.body());
        }
    }

    @Test
    void keepingTheSameAgainChangesNothing() throws Exception {
        try (ResultStore store = open()) {
            store.keep(success("e-1"));
            assertThat(store.keep(success("e-1")).body())
                    .isEqualTo(success("e-1").body());
            assertThat(store.page(Optional.empty(), 10)).hasSize(1);
        }
    }

    @Test
    void aLargeBodyIsKept() throws Exception {
        try (ResultStore store = open()) {
            StatusSnapshot large = result("e-1", "x".repeat(4 << 20));
            store.keep(large);
            assertThat(found(store, "e-1").body()).isEqualTo(large.body());
        }
    }

    @Test
    void whatWasKeptOutlivesTheProcess() throws Exception {
        try (ResultStore store = open()) {
            store.keep(success("e-1"));
        }
        try (ResultStore store = open()) {
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
            assertThat(store.keep(result("e-1", "later")).body())
                    .isEqualTo(success("e-1").body());
        }
    }

    @Test
    void aNamespaceNeverSeesAnothersResults() throws Exception {
        try (ResultStore store = open()) {
            store.keep(success("e-1"));
        }
        try (ResultStore other = open("http://demo.test:80")) {
            assertThat(find(other, "e-1")).isEmpty();
            assertThat(other.inspect(id("e-1"))).isEmpty();
            assertThat(other.page(Optional.empty(), 10)).isEmpty();
            assertThat(other.forget(id("e-1"))).isEmpty();
            other.keep(result("e-1", "of the demo"));
            assertThat(found(other, "e-1").body())
                    .isEqualTo(result("e-1", "of the demo").body());
        }
        try (ResultStore store = open()) {
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
        }
    }

    @Test
    void whatWasForgottenIsGoneAndMayComeAnew() throws Exception {
        try (ResultStore store = open()) {
            store.keep(success("e-1"));
            store.keep(success("e-2"));
            assertThat(store.forget(id("e-1"))).isNotEmpty();
            assertThat(find(store, "e-1")).isEmpty();
            assertThat(store.forget(id("e-1"))).isEmpty();
            assertThat(found(store, "e-2").body()).isEqualTo(success("e-2").body());
            store.keep(result("e-1", "anew"));
            assertThat(found(store, "e-1").body())
                    .isEqualTo(result("e-1", "anew").body());
        }
    }

    @Test
    void inspectionNamesTheTier() throws Exception {
        try (ResultStore store = open()) {
            store.keep(success("e-1"));
            Held found = find(store, "e-1").orElseThrow();
            assertThat(store.inspect(id("e-1"))).extracting(Held::tier).contains(found.tier());
            assertThat(store.forget(id("e-1"))).contains(found.tier());
        }
    }

    @Test
    void pagesGiveEveryResultOnceInTheOrderOfIds() throws Exception {
        try (ResultStore store = open()) {
            Set<String> ids = new HashSet<>();
            for (int i = 0; i < 25; i++) {
                ids.add("e-" + i);
                store.keep(success("e-" + i));
            }
            List<String> paged = new ArrayList<>();
            Optional<io.taskstatus.gateway.status.ExecutionId> after = Optional.empty();
            while (true) {
                List<StatusSnapshot> page = store.page(after, 7);
                if (page.isEmpty()) {
                    break;
                }
                assertThat(page).hasSizeLessThanOrEqualTo(7);
                page.forEach(result -> paged.add(result.id().value()));
                after = Optional.of(page.getLast().id());
            }
            assertThat(paged).isSorted().doesNotHaveDuplicates().hasSameElementsAs(ids);
        }
    }

    @Test
    void anImportSaysWhatBecameOfEachResult() throws Exception {
        try (ResultStore store = open()) {
            store.keep(success("there"));
            store.keep(success("other"));
            List<Import> outcomes =
                    store.importAll(List.of(success("new"), success("there"), result("other", "x"), success("new")));
            assertThat(outcomes)
                    .containsExactly(Import.IMPORTED, Import.ALREADY_THERE, Import.CONFLICT, Import.ALREADY_THERE);
            assertThat(found(store, "new").body()).isEqualTo(success("new").body());
            assertThat(found(store, "other").body()).isEqualTo(success("other").body());
        }
    }

    @Test
    void manyThreadsKeepAndEveryoneFindsTheSameWinner() throws Exception {
        try (ResultStore store = open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<StatusSnapshot>> writes = IntStream.range(0, 200)
                    .<Callable<StatusSnapshot>>mapToObj(i -> () -> store.keep(result("e-" + i % 20, "written by " + i)))
                    .toList();
            for (Future<StatusSnapshot> write : threads.invokeAll(writes)) {
                StatusSnapshot standing = write.get();
                assertThat(found(store, standing.id().value()).body()).isEqualTo(standing.body());
            }
        }
    }

    @Test
    void anOpenStoreIsUp() throws Exception {
        try (ResultStore store = open()) {
            store.keep(success("e-1"));
            await().untilAsserted(() ->
                    assertThat(store.state().up()).as(store.state().detail()).isTrue());
        }
    }

    static Optional<Held> find(ResultStore store, String id) throws Exception {
        return store.find(id(id)).get(10, TimeUnit.SECONDS);
    }

    static StatusSnapshot found(ResultStore store, String id) throws Exception {
        return find(store, id)
                .orElseThrow(() -> new AssertionError("not found: " + id))
                .snapshot();
    }
}
