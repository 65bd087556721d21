package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What {@code no-cache} and {@code only-if-cached} change. */
class DirectivesTest {
    private final Rig rig = new Rig();

    @Test
    void noCacheRefetchesARunningAtMostTwiceASecond() throws Exception {
        rig.ask();
        rig.time.advanceMillis(499);
        Answers.isHit(rig.ask(Directive.NO_CACHE), RUNNING, Outcome.MEMORY, 1);
        rig.time.advanceMillis(1);
        Answers.isFetched(rig.ask(Directive.NO_CACHE), RUNNING, Forward.REQUEST);
        Answers.isHit(rig.ask(Directive.NO_CACHE), RUNNING, Outcome.MEMORY, 1);
        assertThat(rig.fetches()).isEqualTo(2);
    }

    @Test
    void noCacheRefetchesANotFoundAtMostTwiceASecond() throws Exception {
        rig.source
                .fails(FailureReason.EXECUTION_NOT_FOUND)
                .fails(FailureReason.EXECUTION_NOT_FOUND)
                .says(RUNNING);
        Answers.isFailure(rig.ask(Directive.NO_CACHE), FailureReason.EXECUTION_NOT_FOUND);
        rig.time.advanceMillis(499);
        Answers.isKeptFailure(rig.ask(Directive.NO_CACHE), FailureReason.EXECUTION_NOT_FOUND, 1);
        rig.time.advanceMillis(1);

        Answer again = rig.ask(Directive.NO_CACHE);
        Answers.isFailure(again, FailureReason.EXECUTION_NOT_FOUND);
        assertThat(again.provenance().forward()).isEqualTo(Forward.REQUEST);
        rig.time.advanceMillis(500);
        Answers.isFetched(rig.ask(Directive.NO_CACHE), RUNNING, Forward.REQUEST);
        assertThat(rig.fetches()).isEqualTo(3);
    }

    @Test
    void aNotFoundThatContradictsARunningIsNotAskedForMoreThanTwiceASecondEither() throws Exception {
        rig.ask();
        rig.time.advance(Rig.seconds(40));
        rig.source.says(RUNNING).fails(FailureReason.EXECUTION_NOT_FOUND);
        rig.ask();
        rig.time.advance(Rig.seconds(1));

        Answers.isFailure(rig.ask(Directive.NO_CACHE), FailureReason.EXECUTION_NOT_FOUND);
        rig.time.advanceMillis(499);
        Answers.isHit(rig.ask(Directive.NO_CACHE), RUNNING, Outcome.MEMORY);
        Answers.isHit(rig.ask(), RUNNING, Outcome.MEMORY);
        rig.time.advanceMillis(1);
        Answers.isFailure(rig.ask(Directive.NO_CACHE), FailureReason.EXECUTION_NOT_FOUND);
        assertThat(rig.fetches()).isEqualTo(4);
    }

    @Test
    void aRefetchThatFailsLeavesTheFreshRunningStanding() throws Exception {
        rig.ask();
        rig.time.advance(Rig.seconds(40));
        rig.source.says(RUNNING).fails(FailureReason.UPSTREAM_ERROR);
        rig.ask();
        rig.time.advance(Rig.seconds(1));

        assertThat(rig.ask(Directive.NO_CACHE).provenance())
                .isEqualTo(Provenance.fetched(Outcome.STALE, Forward.REQUEST, 502, true, true));
        Answers.isHit(rig.ask(Directive.NO_CACHE), RUNNING, Outcome.MEMORY, 3);
        Answers.isHit(rig.ask(Directive.ONLY_IF_CACHED), RUNNING, Outcome.MEMORY, 3);
        assertThat(rig.fetches()).isEqualTo(3);
    }

    @Test
    void aRefetchThatIsRefusedAnswersWithTheFreshRunningAsAPlainHit() throws Exception {
        rig.ask();
        rig.time.advance(Rig.seconds(40));
        rig.source.says(RUNNING).fails(SourceFailure.unfetched(FailureReason.CIRCUIT_OPEN));
        rig.ask();
        rig.time.advance(Rig.seconds(1));

        Answers.isHit(rig.ask(Directive.NO_CACHE), RUNNING, Outcome.MEMORY, 3);
    }

    @Test
    void aRefetchThatEndsInARefusalIsKeptForASecond() throws Exception {
        rig.ask();
        rig.time.advance(Rig.seconds(40));
        rig.source.says(RUNNING).fails(FailureReason.UPSTREAM_REJECTED);
        rig.ask();
        rig.time.advance(Rig.seconds(1));

        Answers.isFailure(rig.ask(Directive.NO_CACHE), FailureReason.UPSTREAM_REJECTED);
        Answers.isKeptFailure(rig.ask(), FailureReason.UPSTREAM_REJECTED, 1);
        rig.time.advance(Rig.seconds(1));
        Answers.isHit(rig.ask(), RUNNING, Outcome.MEMORY, 2);
    }

    @Test
    void noCacheOfWhatIsNotHeldIsAMiss() throws Exception {
        Answers.isFetched(rig.ask(Directive.NO_CACHE), RUNNING, Forward.URI_MISS);
    }

    @Test
    void onlyIfCachedLooksInTheStoreAndNeverFetches() throws Exception {
        Answers.isUnfetched(rig.ask(Directive.ONLY_IF_CACHED), FailureReason.NOT_CACHED);
        rig.store.holding(Snapshots.of(Rig.ID, SUCCESS, "", rig.time.now()));
        Answers.isHit(rig.ask(Directive.ONLY_IF_CACHED), SUCCESS, Outcome.STORE);
        assertThat(rig.fetches()).isZero();
    }

    @Test
    void onlyIfCachedWaitsForASlowStore() throws Exception {
        CompletableFuture<Optional<ResultStore.Held>> read = rig.store.lateRead();
        Rig.Asking caller = Rig.Asking.start(() -> rig.ask(Directive.ONLY_IF_CACHED));
        read.completeAsync(
                () -> Optional.of(new ResultStore.Held(Snapshots.of(Rig.ID, SUCCESS, "", rig.time.now()), Tier.STORE)));

        Answers.isHit(caller.get(), SUCCESS, Outcome.STORE);
    }
}
