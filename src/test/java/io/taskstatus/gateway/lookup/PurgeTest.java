package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.status.VerificationStatus.ERROR;
import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A purge takes a result out of every tier, and nothing that was under way brings it back. */
@Timeout(60)
class PurgeTest {
    private final Rig rig = new Rig();

    @Test
    void aPurgeTellsTheTiersThatHeldTheResult() throws Exception {
        rig.source.says(SUCCESS).says(RUNNING);
        rig.ask();

        assertThat(rig.lookup.holdings().forget(Rig.ID)).isEqualTo(EnumSet.of(Tier.MEMORY, Tier.STORE));
        assertThat(rig.lookup.holdings().forget(Rig.ID)).isEmpty();
        assertThat(rig.lookup.holdings().inspect(Rig.ID)).isEmpty();
        Answers.isFetched(rig.ask(), RUNNING, Forward.URI_MISS);
        assertThat(rig.lookup.holdings().forget(Rig.ID)).isEqualTo(EnumSet.of(Tier.MEMORY));
    }

    @Test
    void aKeptFailureIsForgottenTooButWasNoResult() throws Exception {
        rig.source.fails(FailureReason.EXECUTION_NOT_FOUND).says(SUCCESS);
        rig.ask();

        assertThat(rig.lookup.holdings().inspect(Rig.ID)).isEmpty();
        assertThat(rig.lookup.holdings().forget(Rig.ID)).isEmpty();
        Answers.isFetched(rig.ask(), SUCCESS, Forward.URI_MISS);
    }

    @Test
    void aFetchUnderWayKeepsNothing() throws Exception {
        Gate fetch = rig.source.holds(SUCCESS);
        Rig.Asking caller = rig.asking();
        fetch.reached();

        rig.lookup.holdings().forget(Rig.ID);
        fetch.open();

        Answer answer = caller.get();
        assertThat(Answers.snapshotOf(answer).status()).isEqualTo(SUCCESS);
        assertThat(answer.provenance().stored()).isFalse();
        isGone();
    }

    @Test
    void aRunningAndAFailureUnderWayAreNotKeptEither() throws Exception {
        for (ScriptedSource.Line line : List.of(
                rig.source.status(RUNNING, ""),
                id -> new Fetched.Failed(SourceFailure.answered(FailureReason.UPSTREAM_ERROR, 500)))) {
            Gate fetch = rig.source.holds(line);
            Rig.Asking caller = rig.asking();
            fetch.reached();
            rig.lookup.holdings().forgetLocally(Rig.ID);
            fetch.open();

            assertThat(caller.get().provenance().stored()).isFalse();
            isGone();
        }
    }

    @Test
    void whoAsksAfterAPurgeDoesNotJoinTheFetchFromBeforeIt() throws Exception {
        Gate before = rig.source.holds(SUCCESS);
        Rig.Asking early = rig.asking();
        before.reached();
        rig.lookup.holdings().forget(Rig.ID);
        rig.source.says(ERROR);

        Answers.isFetched(rig.ask(), ERROR, Forward.URI_MISS);
        before.open();
        assertThat(Answers.snapshotOf(early.get()).status()).isEqualTo(SUCCESS);
        Answers.isHit(rig.ask(), ERROR, Outcome.MEMORY);
        assertThat(rig.store.results.get(Rig.ID))
                .extracting(held -> held.snapshot().status())
                .isEqualTo(ERROR);
    }

    @Test
    void aReadOfTheStoreUnderWayDoesNotBringTheResultBack() throws Exception {
        StatusSnapshot old = snapshot(SUCCESS);
        CompletableFuture<Optional<Held>> read = rig.store.holding(old).lateRead();
        Rig.Asking caller = rig.asking();
        await().until(() -> rig.store.finds() == 1);

        rig.lookup.holdings().forget(Rig.ID);
        read.complete(Optional.of(new Held(old, Tier.STORE)));

        caller.get();
        isGone();
    }

    @Test
    void aReadThatBeganWhileTheStoreForgotDoesNotBringTheResultBack() throws Exception {
        StatusSnapshot old = snapshot(SUCCESS);
        rig.store.holding(old);
        CompletableFuture<Optional<Held>> read = rig.store.lateRead();
        Rig.Asking[] caller = new Rig.Asking[1];
        rig.store.beforeForget(() -> {
            caller[0] = rig.asking();
            await().until(() -> rig.store.finds() == 1);
        });
        rig.store.afterForget(() -> read.complete(Optional.of(new Held(old, Tier.STORE))));

        rig.lookup.holdings().forget(Rig.ID);

        caller[0].get();
        isGone();
    }

    @Test
    void aPurgeWaitsForACommitUnderWayAndRemovesIt() throws Exception {
        Gate commit = new Gate();
        rig.store.beforeKeep(commit::pass);
        rig.source.says(SUCCESS);
        Rig.Asking caller = rig.asking();
        commit.reached();
        Thread purge = Thread.startVirtualThread(() -> rig.lookup.holdings().forget(Rig.ID));
        await().until(() -> purge.getState() == Thread.State.WAITING);
        commit.open();

        purge.join();
        caller.get();
        isGone();
    }

    @Test
    void whereTheStoreCanNotForgetTheOperatorIsTold() throws Exception {
        rig.source.says(SUCCESS);
        rig.ask();
        rig.store.beforeForget(() -> {
            throw new StoreUnavailableException("disk");
        });

        assertThatThrownBy(() -> rig.lookup.holdings().forget(Rig.ID)).isInstanceOf(StoreUnavailableException.class);
    }

    private void isGone() {
        assertThat(rig.lookup.fromMemory(Rig.question(Directive.NONE))).isEmpty();
        assertThat(rig.store.results).isEmpty();
    }

    private StatusSnapshot snapshot(VerificationStatus status) {
        return Snapshots.of(Rig.ID, status, "", rig.time.now());
    }
}
