package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.status.VerificationStatus.ERROR;
import static io.taskstatus.gateway.status.VerificationStatus.INDETERMINATE;
import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is terminal is kept for ever: in memory, in the store, and whatever the upstream says later. */
class TerminalResultsTest {
    private final Rig rig = new Rig();

    @ParameterizedTest
    @EnumSource(
            value = VerificationStatus.class,
            names = {"SUCCESS", "INDETERMINATE", "ERROR"})
    void aTerminalResultIsFetchedOnceForEver(VerificationStatus status) throws Exception {
        rig.source.says(status).fails(FailureReason.UPSTREAM_ERROR);

        Answers.isFetched(rig.ask(), status, Forward.URI_MISS);
        rig.time.advance(Duration.ofDays(10_000));

        Answers.isHit(rig.ask(), status, Outcome.MEMORY);
        Answers.isHit(rig.ask(Directive.NO_CACHE), status, Outcome.MEMORY);
        Answers.isHit(rig.ask(Directive.ONLY_IF_CACHED), status, Outcome.MEMORY);
        assertThat(rig.ask().freshFor()).isEqualTo(Long.MAX_VALUE);
        assertThat(rig.fetches()).isEqualTo(1);
    }

    @Test
    void aTerminalResultIsInTheStoreBeforeAnybodyIsAnsweredWithIt() throws Exception {
        Gate commit = new Gate();
        rig.store.beforeKeep(commit::pass);
        rig.source.says(SUCCESS);
        Rig.Asking caller = rig.asking();

        commit.reached();
        assertThat(rig.lookup.fromMemory(Rig.question(Directive.NONE))).isEmpty();
        assertThat(caller.answer().isDone()).isFalse();

        commit.open();
        Answers.isFetched(caller.get(), SUCCESS, Forward.URI_MISS);
        assertThat(rig.store.results).containsKey(Rig.ID);
    }

    @Test
    void whatLeftMemoryIsServedFromTheStoreAndIsHotAgain() throws Exception {
        rig.store.holding(snapshot(ERROR, "first"));

        Answers.isHit(rig.ask(Directive.NO_CACHE), ERROR, Outcome.STORE);
        Answers.isHit(rig.ask(), ERROR, Outcome.MEMORY);
        assertThat(rig.fetches()).isZero();
        assertThat(rig.store.finds()).isEqualTo(1);
    }

    @Test
    void whatReplicasShareIsAHitOfItsOwnTier() throws Exception {
        rig.store.holding(snapshot(SUCCESS, ""), Tier.SHARED);

        Answers.isHit(rig.ask(), SUCCESS, Outcome.SHARED);
    }

    @Test
    void whatDoesNotFitInMemoryIsStillAnsweredAndStored() throws Exception {
        Rig narrow = new Rig(0);
        narrow.source.says(SUCCESS);

        Answers.isFetched(narrow.ask(), SUCCESS, Forward.URI_MISS);
        Answers.isHit(narrow.ask(), SUCCESS, Outcome.STORE);
        assertThat(narrow.lookup.holdings().memoryEntries()).isZero();
        assertThat(narrow.lookup.holdings().memoryBytes()).isZero();
        assertThat(narrow.fetches()).isEqualTo(1);
    }

    @Test
    void memoryIsBoundedByWeightAndCountsWhatHadToLeave() throws Exception {
        Rig narrow = new Rig(10 * (Kept.OVERHEAD + 200));
        narrow.source.says(SUCCESS);
        for (int i = 0; i < 100; i++) {
            narrow.lookup.statusOf(Question.about(new ExecutionId("execution-" + i)));
        }

        assertThat(narrow.lookup.holdings().memoryBytes()).isPositive().isLessThanOrEqualTo(10 * (Kept.OVERHEAD + 200));
        assertThat(narrow.lookup.holdings().memoryEntries()).isBetween(5L, 12L);
        assertThat(narrow.lookup.holdings().memoryEvictions())
                .isEqualTo(100 - narrow.lookup.holdings().memoryEntries());
    }

    @Test
    void memoryThatGivesWayHoldsHalfUntilItRegainsItsRoom() throws Exception {
        rig.source.says(SUCCESS);
        Holdings holdings = rig.lookup.holdings();
        askForHundred("before");
        long before = holdings.memoryBytes();

        assertThat(holdings.giveWay()).isEqualTo(before / 2);
        assertThat(holdings.memoryBytes()).isPositive().isLessThanOrEqualTo(before / 2);
        askForHundred("meanwhile");
        assertThat(holdings.memoryBytes()).isLessThanOrEqualTo(before / 2);

        holdings.regain();
        askForHundred("after");
        assertThat(holdings.memoryBytes()).isGreaterThan(before);
    }

    private void askForHundred(String name) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            rig.lookup.statusOf(Question.about(new ExecutionId(name + "-" + i)));
        }
    }

    @Test
    void aSecondDifferentResultChangesNothingAndIsCounted() throws Exception {
        StatusSnapshot first = snapshot(SUCCESS, "first");
        rig.source.plays(id -> {
            rig.store.holding(first);
            return new Fetched.Found(snapshot(ERROR, "second"));
        });

        Answer overruled = rig.ask();
        assertThat(Answers.snapshotOf(overruled)).isSameAs(first);
        assertThat(overruled.provenance())
                .isEqualTo(Provenance.fetched(Outcome.STORE, Forward.URI_MISS, 200, false, true));
        assertThat(Answers.snapshotOf(rig.ask())).isSameAs(first);
        assertThat(rig.counts.conflicts).hasValue(1);
    }

    @Test
    void theSameResultTwiceIsNoConflict() throws Exception {
        rig.source.plays(id -> {
            rig.store.holding(snapshot(SUCCESS, "same"));
            return new Fetched.Found(snapshot(SUCCESS, "same"));
        });

        rig.ask();

        assertThat(rig.counts.conflicts).hasValue(0);
    }

    @Test
    void theTimeFromFirstSeenRunningToTheEndIsTold() throws Exception {
        rig.source.says(RUNNING).says(RUNNING, "more").says(SUCCESS);
        rig.ask();
        rig.time.advanceMillis(1_500);
        rig.ask();
        rig.time.advanceMillis(1_500);
        rig.ask();

        assertThat(rig.counts.settled).containsExactly("Success after PT3S");
    }

    @Test
    void aResultThatNobodySawRunningTellsNoDuration() throws Exception {
        rig.source.says(INDETERMINATE);
        rig.ask();

        assertThat(rig.counts.settled).isEmpty();
    }

    @Test
    void whatAnotherReplicaFetchedIsKeptAndIsASharedHit() throws Exception {
        rig.source.plays(id -> ScriptedSource.shared(snapshot(SUCCESS, "")));

        Answers.isHit(rig.ask(), SUCCESS, Outcome.SHARED);
        Answers.isHit(rig.ask(), SUCCESS, Outcome.MEMORY);
        assertThat(rig.store.results).containsKey(Rig.ID);
    }

    @Test
    void whatIsStoredOverrulesADifferentResultOfAnotherReplica() throws Exception {
        StatusSnapshot first = snapshot(SUCCESS, "first");
        rig.source.plays(id -> {
            rig.store.holding(first);
            return ScriptedSource.shared(snapshot(ERROR, "second"));
        });

        Answers.isHit(rig.ask(), SUCCESS, Outcome.STORE);
        assertThat(rig.counts.conflicts).hasValue(1);
    }

    @Test
    void inspectionTellsEachTierThatHoldsTheResult() throws Exception {
        rig.source.says(SUCCESS);
        assertThat(rig.lookup.holdings().inspect(Rig.ID)).isEmpty();
        rig.ask();

        List<Tier> tiers = rig.lookup.holdings().inspect(Rig.ID).stream()
                .map(ResultStore.Held::tier)
                .toList();

        assertThat(tiers).containsExactly(Tier.MEMORY, Tier.STORE);
        assertThat(rig.fetches()).isEqualTo(1);
    }

    private StatusSnapshot snapshot(VerificationStatus status, String remark) {
        return Snapshots.of(Rig.ID, status, remark, rig.time.now());
    }
}
