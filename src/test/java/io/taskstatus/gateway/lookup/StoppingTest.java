package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.lookup.Waiting.LONG;
import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Rig.Asking;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Told to stop, the gateway starts no fetch, lets waiters go, and finishes what is under way. */
@Timeout(60)
class StoppingTest {
    private final Rig rig = new Rig();

    @Test
    void noFetchIsStartedAndWhatIsHeldIsServed() throws Exception {
        rig.lookup.stop();
        Answers.isUnfetched(rig.ask(), FailureReason.SHUTTING_DOWN);
        rig.store.holding(Snapshots.of(Rig.ID, SUCCESS, "", rig.time.now()));

        Answers.isHit(rig.ask(), SUCCESS, Outcome.STORE);
        Answers.isHit(rig.ask(), SUCCESS, Outcome.MEMORY);
        assertThat(rig.fetches()).isZero();
    }

    @Test
    void aStaleRunningStandsInForTheFetchThatIsNotStarted() throws Exception {
        rig.ask();
        rig.time.advance(Rig.seconds(2));
        rig.lookup.stop();

        Answers.isHit(rig.ask(), RUNNING, Outcome.STALE, -1);
        assertThat(rig.fetches()).isEqualTo(1);
    }

    @Test
    void aSlowStoreIsWaitedFor() throws Exception {
        CompletableFuture<Optional<ResultStore.Held>> read = rig.store.lateRead();
        rig.lookup.stop();
        Asking caller = rig.asking();
        await().until(() -> rig.store.finds() == 1 && caller.isWaiting());
        read.complete(
                Optional.of(new ResultStore.Held(Snapshots.of(Rig.ID, SUCCESS, "", rig.time.now()), Tier.SHARED)));

        Answers.isHit(caller.get(), SUCCESS, Outcome.SHARED);
    }

    @Test
    void aFetchUnderWayGoesOn() throws Exception {
        Gate fetch = rig.source.holds(SUCCESS);
        Asking caller = rig.asking();
        fetch.reached();
        rig.lookup.stop();
        fetch.open();

        Answers.isFetched(caller.get(), SUCCESS, Forward.URI_MISS);
    }

    @Test
    void waitersGetTheCurrentStateAtOnce() throws Exception {
        Waiting waiting = new Waiting();
        List<Asking> callers =
                IntStream.range(0, 20).mapToObj(i -> waiting.waiting(LONG)).toList();
        await().until(() -> callers.stream().allMatch(Asking::isWaiting) && waiting.patience.waiters() == 20);

        waiting.lookup.stop();
        waiting.patience.stop();

        for (Asking caller : callers) {
            assertThat(Answers.snapshotOf(caller.get()).status()).isEqualTo(RUNNING);
        }
        assertThat(waiting.patience.isStopping()).isTrue();
        assertThat(waiting.patience.waiters()).isZero();
    }

    @Test
    void whoComesAfterwardsDoesNotWait() throws Exception {
        Waiting waiting = new Waiting();
        assertThat(waiting.patience.isStopping()).isFalse();
        waiting.patience.stop();

        assertThat(Answers.snapshotOf(waiting.waitFor(LONG, snapshot -> false)).status())
                .isEqualTo(RUNNING);
    }

    @Test
    void aPollThatEndsAfterTheStopReachesNobodyLate() throws Exception {
        Waiting waiting = new Waiting();
        Gate poll = waiting.source.holds(SUCCESS);
        try (Vigil vigil = waiting.patience.watch(Rig.ID).orElseThrow()) {
            poll.reached();
            waiting.patience.stop();
            assertThat(vigil.news(LONG)).isEmpty();
            poll.open();
        }
    }
}
