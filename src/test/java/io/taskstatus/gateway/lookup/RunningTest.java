package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is not terminal is fresh for a while, and stands in for failures for a while longer. */
class RunningTest {
    private final Rig rig = new Rig();

    @ParameterizedTest
    @EnumSource(
            value = VerificationStatus.class,
            names = {"RUNNING", "UNKNOWN"})
    void aNewOneIsFreshForASecondAndIsNoResult(VerificationStatus status) throws Exception {
        rig.source.says(status);

        Answers.isFetched(rig.ask(), status, Forward.URI_MISS);
        rig.time.advanceMillis(999);
        Answers.isHit(rig.ask(), status, Outcome.MEMORY, 1);
        assertThat(rig.ask().freshFor()).isEqualTo(1_000_000);
        rig.time.advanceMillis(1);
        Answers.isFetched(rig.ask(), status, Forward.STALE);

        assertThat(rig.fetches()).isEqualTo(2);
        assertThat(rig.store.results).isEmpty();
    }

    @Test
    void anOldOneIsFreshForATenthOfItsAge() throws Exception {
        rig.ask();
        rig.time.advance(Rig.seconds(40));
        rig.ask();

        rig.time.advanceMillis(3_999);
        Answers.isHit(rig.ask(), RUNNING, Outcome.MEMORY, 1);
        rig.time.advanceMillis(1);
        Answers.isFetched(rig.ask(), RUNNING, Forward.STALE);
    }

    @Test
    void theOldestIsFreshForFiveSeconds() throws Exception {
        rig.ask();
        rig.time.advance(Duration.ofMinutes(50));
        rig.ask();

        Answers.isHit(rig.ask(), RUNNING, Outcome.MEMORY, 5);
        rig.time.advance(Rig.seconds(5));
        Answers.isFetched(rig.ask(), RUNNING, Forward.STALE);
    }

    @Test
    void aChangedBodyReplacesTheOldOne() throws Exception {
        rig.source.says(RUNNING, "one").says(UNKNOWN, "two");
        rig.ask();
        rig.time.advance(Rig.seconds(1));
        rig.ask();

        assertThat(new String(Answers.snapshotOf(rig.ask()).body(), StandardCharsets.UTF_8))
                .contains("two");
    }

    @Test
    void theLastRunningStandsInForAFailureUntilItsGraceEnds() throws Exception {
        rig.source.says(RUNNING).fails(FailureReason.UPSTREAM_UNAVAILABLE);
        rig.ask();
        rig.time.advance(Rig.seconds(2));

        Answer own = rig.ask();
        assertThat(Answers.snapshotOf(own).status()).isEqualTo(RUNNING);
        assertThat(own.provenance()).isEqualTo(Provenance.fetched(Outcome.STALE, Forward.STALE, 503, true, true));
        assertThat(own.freshFor()).isEqualTo(Rig.seconds(1).toNanos());

        rig.time.advanceMillis(300);
        Answers.isHit(rig.ask(), RUNNING, Outcome.STALE, -2);
        Answers.isHit(rig.ask(Directive.NO_CACHE), RUNNING, Outcome.STALE, -2);
        assertThat(rig.fetches()).isEqualTo(2);

        // fresh for 1 s and in grace for 30 s: 31 s after it came, it is of no use any more
        rig.time.advanceMillis(28_699);
        assertThat(rig.ask().provenance().outcome()).isEqualTo(Outcome.STALE);
        rig.time.advanceMillis(1);
        Answers.isKeptFailure(rig.ask(), FailureReason.UPSTREAM_UNAVAILABLE, 1);
        rig.time.advance(Rig.seconds(1));
        Answers.isFailure(rig.ask(), FailureReason.UPSTREAM_UNAVAILABLE);
    }

    @Test
    void aRunningStandsInForWhatMadeNoFetchAtAll() throws Exception {
        rig.source.says(RUNNING).fails(SourceFailure.unfetched(FailureReason.CIRCUIT_OPEN));
        rig.ask();
        rig.time.advance(Rig.seconds(3));

        Answers.isHit(rig.ask(), RUNNING, Outcome.STALE, -2);
        rig.time.advance(Rig.seconds(28));
        Answers.isUnfetched(rig.ask(), FailureReason.CIRCUIT_OPEN);
    }

    @Test
    void aRunningThatStandsInIsWorthAskingForAgainWhenThePauseEndsOrItsGrace() throws Exception {
        rig.source
                .says(RUNNING)
                .plays(id -> new Fetched.Failed(paused(FailureReason.UPSTREAM_RATE_LIMITED, Rig.seconds(20))))
                .plays(id -> new Fetched.Failed(paused(FailureReason.UPSTREAM_RATE_LIMITED, Rig.seconds(18))
                        .withoutFetch()))
                .plays(id -> new Fetched.Failed(
                        paused(FailureReason.CIRCUIT_OPEN, Rig.seconds(10)).withoutFetch()));
        rig.ask();
        rig.time.advance(Rig.seconds(2));

        assertThat(rig.ask().freshFor()).isEqualTo(Rig.seconds(20).toNanos());
        rig.time.advanceMillis(500);
        assertThat(rig.ask().freshFor()).isEqualTo(Duration.ofMillis(19_500).toNanos());
        rig.time.advanceMillis(1_500);
        assertThat(rig.ask().freshFor()).isEqualTo(Rig.seconds(18).toNanos());
        // 31 s after it came it is of no use any more, whenever the circuit lets somebody through
        rig.time.advance(Rig.seconds(24));
        assertThat(rig.ask().freshFor()).isEqualTo(Rig.seconds(3).toNanos());
        assertThat(rig.fetches()).isEqualTo(4);
    }

    private SourceFailure paused(FailureReason reason, Duration left) {
        return SourceFailure.answered(reason, 429).retryingAt(rig.time.ticks() + left.toNanos());
    }

    @Test
    void whoWaitsNoLongerThanAFetchTakesGetsTheLastRunning() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        rig.source.says(RUNNING).plays(id -> {
            awaitQuietly(slow);
            return new Fetched.Failed(SourceFailure.unanswered(FailureReason.UPSTREAM_TIMEOUT));
        });
        Question question = Rig.question(Directive.NONE);
        Answers.isFetched(rig.lookup.statusOf(question, Rig.seconds(30)), RUNNING, Forward.URI_MISS);
        rig.time.advance(Rig.seconds(3));

        Answer standIn = rig.lookup.statusOf(question, Duration.ofMillis(20));
        assertThat(Answers.snapshotOf(standIn).status()).isEqualTo(RUNNING);
        assertThat(standIn.provenance())
                .isEqualTo(Provenance.hit(Outcome.STALE, -2).havingStartedFetch());
        slow.countDown();
        assertThat(rig.lookup.statusOf(question, Rig.seconds(30)).provenance().outcome())
                .isEqualTo(Outcome.STALE);
        assertThat(rig.fetches()).isEqualTo(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aNotFoundThatContradictsARunningIsAskedForTwiceASecondAtMost() throws Exception {
        rig.source.says(RUNNING).fails(FailureReason.EXECUTION_NOT_FOUND);
        rig.ask();
        rig.time.advance(Rig.seconds(2));
        for (int i = 0; i < 10; i++) {
            assertThat(rig.ask(Directive.NO_CACHE).isNotFound()).isTrue();
            rig.time.advanceMillis(100);
        }
        assertThat(rig.fetches()).isEqualTo(3);
        rig.ask();
        rig.ask();
        assertThat(rig.fetches()).isEqualTo(5);
    }

    @Test
    void aRunningDoesNotStandInForARefusal() throws Exception {
        rig.source.says(RUNNING).fails(FailureReason.UPSTREAM_REJECTED).says(RUNNING);
        rig.ask();
        rig.time.advance(Rig.seconds(1));

        Answers.isFailure(rig.ask(), FailureReason.UPSTREAM_REJECTED);
        Answers.isKeptFailure(rig.ask(), FailureReason.UPSTREAM_REJECTED, 1);
        rig.time.advance(Rig.seconds(1));
        Answers.isFetched(rig.ask(), RUNNING, Forward.STALE);
    }

    @Test
    void onlyIfCachedTakesNoStaleRunning() throws Exception {
        rig.source.says(RUNNING).fails(FailureReason.UPSTREAM_ERROR);
        rig.ask();
        Answers.isHit(rig.ask(Directive.ONLY_IF_CACHED), RUNNING, Outcome.MEMORY, 1);
        rig.time.advance(Rig.seconds(1));
        rig.ask();

        Answers.isUnfetched(rig.ask(Directive.ONLY_IF_CACHED), FailureReason.NOT_CACHED);
        assertThat(rig.fetches()).isEqualTo(2);
    }

    @Test
    void sinceWhenATaskRunsIsRememberedForAnHour() throws Exception {
        rig.ask();
        rig.time.advance(Duration.ofMinutes(59));
        rig.ask();
        Answers.isHit(rig.ask(), RUNNING, Outcome.MEMORY, 5);

        rig.time.advance(Duration.ofMinutes(61));
        Answers.isFetched(rig.ask(), RUNNING, Forward.URI_MISS);
        Answers.isHit(rig.ask(), RUNNING, Outcome.MEMORY, 1);
    }

    @Test
    void theNewsOfAnotherReplicaIsAsOldAsItIs() throws Exception {
        StatusSnapshot news = Snapshots.of(Rig.ID, RUNNING, "", rig.time.now());
        rig.source.plays(id -> ScriptedSource.shared(news, Duration.ofMillis(400)));
        rig.time.advanceMillis(400);

        Answers.isHit(rig.ask(), RUNNING, Outcome.SHARED, 1);
        assertThat(rig.ask().freshFor()).isEqualTo(Duration.ofMillis(600).toNanos());
    }

    @Test
    void theNewsOfAnotherReplicaThatIsNoLongerFreshSaysSo() throws Exception {
        StatusSnapshot news = Snapshots.of(Rig.ID, RUNNING, "", rig.time.now());
        rig.source.plays(id -> ScriptedSource.shared(news, Rig.seconds(2)));
        rig.time.advance(Rig.seconds(2));

        Answers.isHit(rig.ask(), RUNNING, Outcome.SHARED, 0);
        Answers.isHit(rig.ask(), RUNNING, Outcome.SHARED, 0);
        assertThat(rig.fetches()).isEqualTo(2);
    }

    @Test
    void whatAnotherReplicaHasKnownForLongIsFreshForLonger() throws Exception {
        StatusSnapshot news = Snapshots.of(Rig.ID, RUNNING, "", rig.time.now());
        Fetched.Shared from = new Fetched.Shared(Duration.ofMillis(500), Rig.seconds(40));
        rig.source.plays(id -> new Fetched.Found(news, Optional.of(from)));

        Answers.isHit(rig.ask(), RUNNING, Outcome.SHARED, 4);
        assertThat(rig.ask().freshFor()).isEqualTo(Duration.ofMillis(3_550).toNanos());
    }
}
