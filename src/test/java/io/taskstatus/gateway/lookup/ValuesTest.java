package io.taskstatus.gateway.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The small values of the core. */
class ValuesTest {
    @Test
    void aRunningIsFreshForATenthOfItsAgeWithinBounds() {
        FreshnessPolicy policy = policy(Duration.ofSeconds(1), Duration.ofSeconds(5));

        assertThat(policy.ofRunning(0)).isEqualTo(seconds(1));
        assertThat(policy.ofRunning(seconds(10))).isEqualTo(seconds(1));
        assertThat(policy.ofRunning(seconds(30))).isEqualTo(seconds(3));
        assertThat(policy.ofRunning(seconds(50))).isEqualTo(seconds(5));
        assertThat(policy.ofRunning(Long.MAX_VALUE)).isEqualTo(seconds(5));
    }

    @Test
    void aRunningAboveItsMaximumCountsAsThat() {
        assertThat(policy(Duration.ofSeconds(9), Duration.ofSeconds(5)).ofRunning(0))
                .isEqualTo(seconds(5));
        assertThat(policy(Duration.ZERO, Duration.ZERO).ofRunning(seconds(100))).isZero();
    }

    @Test
    void notFoundAndFailuresHaveTheirOwnFreshness() {
        FreshnessPolicy policy = policy(Duration.ofSeconds(1), Duration.ofSeconds(5));

        assertThat(policy.ofFailure(FailureReason.EXECUTION_NOT_FOUND)).isEqualTo(seconds(2));
        assertThat(policy.ofFailure(FailureReason.UPSTREAM_ERROR)).isEqualTo(seconds(3));
        assertThat(policy.grace()).isEqualTo(seconds(30));
    }

    @Test
    void secondsAreRoundedUp() {
        assertThat(Time.wholeSeconds(0)).isZero();
        assertThat(Time.wholeSeconds(1)).isEqualTo(1);
        assertThat(Time.wholeSeconds(Duration.ofMillis(1_001))).isEqualTo(2);
        assertThat(Time.wholeSeconds(-1_500_000_000)).isEqualTo(-1);
    }

    @Test
    void theClocksOfTheMachineRun() {
        Time time = Time.system();
        long before = time.ticks();

        assertThat(time.ticks() - before).isNotNegative();
        assertThat(time.now())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    }

    @Test
    void eachReasonHasACodeOfItsOwnAndAnErrorStatus() {
        Set<String> codes =
                Stream.of(FailureReason.values()).map(FailureReason::code).collect(Collectors.toSet());

        assertThat(codes).hasSameSizeAs(FailureReason.values()).allMatch(code -> code.matches("[a-z_]+"));
        assertThat(FailureReason.values()).allMatch(reason -> reason.status() >= 400 && reason.status() < 600);
        assertThat(FailureReason.values())
                .allMatch(
                        reason -> !reason.title().isBlank() && !reason.detail().isBlank());
        assertThat(FailureReason.NOT_CACHED.isRetryable()).isTrue();
    }

    @Test
    void wordsAreLowerCase() {
        assertThat(Outcome.of(Tier.MEMORY).word()).isEqualTo("memory").isEqualTo(Tier.MEMORY.word());
        assertThat(Outcome.of(Tier.STORE).word()).isEqualTo("store").isEqualTo(Tier.STORE.word());
        assertThat(Outcome.of(Tier.SHARED).word()).isEqualTo("shared").isEqualTo(Tier.SHARED.word());
        assertThat(Forward.URI_MISS.word()).isEqualTo("uri-miss");
    }

    @Test
    void aFailureSaysTheUpstreamsWordsElseItsOwn() {
        SourceFailure failure = SourceFailure.answered(FailureReason.UPSTREAM_ERROR, 500);

        assertThat(failure.detail()).isEqualTo(FailureReason.UPSTREAM_ERROR.detail());
        assertThat(failure.saying(Optional.of("no disk")).detail()).isEqualTo("no disk");
        assertThat(failure.retryingAt(7).retryAt()).hasValue(7);
        assertThat(failure.fetched()).isTrue();
        assertThat(failure.withoutFetch().fetched()).isFalse();
        assertThat(failure.withoutFetch().upstreamStatus()).hasValue(500);
    }

    @Test
    void anAnswerOfAnothersFetchIsJoined() {
        Provenance own = Provenance.fetched(Outcome.UPSTREAM, Forward.STALE, 200, true, true);
        Provenance stale = Provenance.fetched(Outcome.STALE, Forward.STALE, 503, true, true);

        assertThat(own.joined()).isEqualTo(Provenance.fetched(Outcome.JOINED, Forward.STALE, 200, true, false));
        assertThat(stale.joined()).isEqualTo(Provenance.fetched(Outcome.STALE, Forward.STALE, 503, true, false));
        assertThat(Provenance.MEMORY_HIT.joined()).isSameAs(Provenance.MEMORY_HIT);
    }

    @Test
    void aFetchThatWasStartedEarlierIsNotForgotten() {
        SourceFailure failure = SourceFailure.unfetched(FailureReason.CIRCUIT_OPEN);
        Answer started =
                new Answer.Failure(failure, 0, Provenance.fetched(Outcome.UPSTREAM, Forward.URI_MISS, 0, false, true));
        Answer later = new Answer.Failure(failure, 0, Provenance.NOTHING);

        assertThat(later.after(started).provenance().startedFetch()).isTrue();
        assertThat(later.after(later)).isSameAs(later);
        assertThat(started.joined().provenance().startedFetch()).isFalse();
        assertThat(started.isTerminal()).isFalse();
        assertThat(started.isNotFound()).isFalse();
    }

    private static FreshnessPolicy policy(Duration running, Duration runningMax) {
        return new FreshnessPolicy(
                running, runningMax, Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(30));
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
