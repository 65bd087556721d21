package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The outcome of a failed fetch, and a not-found, answer the same id for a second. */
class FailuresTest {
    private final Rig rig = new Rig();

    @ParameterizedTest
    @EnumSource(
            names = {
                "UPSTREAM_REJECTED",
                "UPSTREAM_AUTH",
                "UPSTREAM_RATE_LIMITED",
                "UPSTREAM_UNAVAILABLE",
                "UPSTREAM_ERROR",
                "UPSTREAM_TIMEOUT",
                "UPSTREAM_IDENTITY_MISMATCH"
            })
    void aFailingIdCostsOneFetchASecondWhoeverAsks(FailureReason reason) throws Exception {
        rig.source.fails(reason);

        Answers.isFailure(rig.ask(), reason);
        rig.time.advanceMillis(999);
        Answers.isKeptFailure(rig.ask(), reason, 1);
        Answers.isKeptFailure(rig.ask(Directive.NO_CACHE), reason, 1);
        assertThat(rig.fetches()).isEqualTo(1);

        rig.time.advanceMillis(1);
        Answers.isFailure(rig.ask(), reason);
        assertThat(rig.fetches()).isEqualTo(2);
    }

    @Test
    void aFailureTellsWhatTheUpstreamAnsweredAndThatItIsKept() throws Exception {
        rig.source.fails(
                SourceFailure.answered(FailureReason.UPSTREAM_ERROR, 500).saying(Optional.of("no disk")));

        Answer failure = rig.ask();

        assertThat(failure.provenance())
                .isEqualTo(Provenance.fetched(Outcome.UPSTREAM, Forward.URI_MISS, 500, true, true));
        assertThat(Answers.failureOf(failure).detail()).isEqualTo("no disk");
    }

    @Test
    void aFailureWithoutAnAnswerTellsNoStatus() throws Exception {
        rig.source.fails(SourceFailure.unanswered(FailureReason.UPSTREAM_UNREACHABLE));

        assertThat(rig.ask().provenance())
                .isEqualTo(Provenance.fetched(Outcome.UPSTREAM, Forward.URI_MISS, 0, true, true));
    }

    @ParameterizedTest
    @EnumSource(names = {"CIRCUIT_OPEN", "OVERLOADED", "UPSTREAM_RATE_LIMITED", "UPSTREAM_UNAVAILABLE"})
    void whatMadeNoFetchIsNotKept(FailureReason reason) throws Exception {
        rig.source.fails(SourceFailure.unfetched(reason)).says(SUCCESS);

        Answers.isUnfetched(rig.ask(), reason);
        Answers.isFetched(rig.ask(), SUCCESS, Forward.URI_MISS);
    }

    @Test
    void aNotFoundIsKeptForASecond() throws Exception {
        rig.source.fails(FailureReason.EXECUTION_NOT_FOUND).says(RUNNING);

        Answers.isFailure(rig.ask(), FailureReason.EXECUTION_NOT_FOUND);
        rig.time.advanceMillis(999);
        Answers.isKeptFailure(rig.ask(), FailureReason.EXECUTION_NOT_FOUND, 1);
        Answers.isKeptFailure(rig.ask(Directive.ONLY_IF_CACHED), FailureReason.EXECUTION_NOT_FOUND, 1);
        rig.time.advanceMillis(1);
        Answers.isFetched(rig.ask(), RUNNING, Forward.URI_MISS);
    }

    @Test
    void aKeptFailureIsNothingToOnlyIfCached() throws Exception {
        rig.source.fails(FailureReason.UPSTREAM_ERROR);
        rig.ask();

        Answers.isUnfetched(rig.ask(Directive.ONLY_IF_CACHED), FailureReason.NOT_CACHED);
    }

    @Test
    void aNotFoundIsNotKeptForAnIdSeenRunningInTheLastMinute() throws Exception {
        rig.source.says(RUNNING).fails(FailureReason.EXECUTION_NOT_FOUND).says(RUNNING);
        rig.ask();
        rig.time.advance(Rig.seconds(59));

        Answer missing = rig.ask();
        Answers.isFailure(missing, FailureReason.EXECUTION_NOT_FOUND);
        assertThat(missing.provenance().stored()).isFalse();
        Answers.isFetched(rig.ask(), RUNNING, Forward.STALE);
    }

    @Test
    void aNotFoundIsKeptForAnIdLastSeenRunningAMinuteAgo() throws Exception {
        rig.source.says(RUNNING).fails(FailureReason.EXECUTION_NOT_FOUND);
        rig.ask();
        rig.time.advance(Rig.seconds(60));

        Answers.isFailure(rig.ask(), FailureReason.EXECUTION_NOT_FOUND);
        Answers.isKeptFailure(rig.ask(), FailureReason.EXECUTION_NOT_FOUND, 1);
        assertThat(rig.fetches()).isEqualTo(2);
    }

    @Test
    void aRunningNeverStandsInForANotFound() throws Exception {
        rig.source.says(RUNNING).fails(FailureReason.EXECUTION_NOT_FOUND);
        rig.ask();
        rig.time.advance(Rig.seconds(1));

        Answers.isFailure(rig.ask(), FailureReason.EXECUTION_NOT_FOUND);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {"UPSTREAM_ERROR", "EXECUTION_NOT_FOUND"})
    void aFailureReplacesAKeptNotFound(FailureReason second) throws Exception {
        rig.source.fails(FailureReason.EXECUTION_NOT_FOUND).fails(second);
        rig.ask();
        rig.time.advanceMillis(600);

        Answers.isFailure(rig.ask(Directive.NO_CACHE), second);
        Answers.isKeptFailure(rig.ask(), second, 1);
    }

    @Test
    void failuresAreKeptForNoTimeWhereThatIsConfigured() throws Exception {
        Rig forgetful = new Rig(
                new FreshnessPolicy(Rig.seconds(1), Rig.seconds(5), Rig.seconds(0), Rig.seconds(0), Rig.seconds(30)));
        forgetful.source.fails(FailureReason.UPSTREAM_ERROR).says(SUCCESS);

        Answers.isFailure(forgetful.ask(), FailureReason.UPSTREAM_ERROR);
        Answers.isFetched(forgetful.ask(), SUCCESS, Forward.URI_MISS);
    }

    @Test
    void theFailureThatAnotherReplicaMetStandsForWhatIsLeftOfItsSecond() throws Exception {
        SourceFailure failure = SourceFailure.answered(FailureReason.EXECUTION_NOT_FOUND, 404);
        Fetched.Shared from = new Fetched.Shared(Duration.ofMillis(700), Duration.ZERO);
        rig.source.plays(id -> new Fetched.Failed(failure, Optional.of(from)));

        Answer shared = rig.ask();
        assertThat(Answers.failureOf(shared)).isEqualTo(failure);
        assertThat(shared.provenance()).isEqualTo(Provenance.hit(Outcome.SHARED, 1));
        assertThat(shared.freshFor()).isEqualTo(Duration.ofMillis(300).toNanos());

        rig.time.advanceMillis(299);
        Answers.isKeptFailure(rig.ask(), FailureReason.EXECUTION_NOT_FOUND, 1);
        rig.time.advanceMillis(1);
        rig.ask();
        assertThat(rig.fetches()).isEqualTo(2);
    }
}
