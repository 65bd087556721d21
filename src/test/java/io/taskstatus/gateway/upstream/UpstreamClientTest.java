package io.taskstatus.gateway.upstream;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static io.taskstatus.gateway.FakeUpstream.body;
import static io.taskstatus.gateway.FakeUpstream.hangs;
import static io.taskstatus.gateway.FakeUpstream.says;
import static io.taskstatus.gateway.FakeUpstream.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import io.taskstatus.gateway.FakeUpstream.Gate;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.status.VerificationStatus;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the upstream is spared: attempts, pauses, the circuit and the line. */
@QuarkusTest
@Tag("quarkus")
class UpstreamClientTest {
    @Inject
    UpstreamGuard guard;

    private ClientRig rig;

    @BeforeEach
    void start() throws IOException {
        rig = ClientRig.start(guard);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private static <T> FutureTask<T> begin(java.util.concurrent.Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    @Test
    void aTaskGoesFromRunningToSuccess() {
        Instant before = Instant.now();
        rig.upstream.says(Rig.ID.value(), RUNNING).then(SUCCESS);
        assertThat(rig.found().status()).isEqualTo(VerificationStatus.RUNNING);
        assertThat(rig.found().status()).isEqualTo(VerificationStatus.SUCCESS);
        assertThat(rig.found().fetchedAt()).isBetween(before, Instant.now());
        assertThat(rig.unkept).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|status_missing",
                "{\"verificationStatus\":null}|status_null",
                "{\"verificationStatus\":7}|status_not_a_string",
                "{\"verificationStatus\":\"success\"}|status_undocumented",
                "{\"a\":1,\"a\":1,\"verificationStatus\":\"Success\"}|duplicate_key"
            })
    void whatIsUnknownIsPassedOnAsItIs(String json, String reason) {
        rig.upstream.answers(Rig.ID.value(), body(json));
        assertThat(rig.found().status()).isEqualTo(VerificationStatus.UNKNOWN);
        assertThat(rig.found().body()).asString().isEqualTo(json);
        assertThat(rig.unkept).containsExactly(reason, reason);
        assertThat(rig.attempts).containsExactly("unknown", "unknown");
    }

    @Test
    void anAttemptIsMadeAgainUntilOneSucceeds() {
        rig.upstream
                .answers(Rig.ID.value(), status(503))
                .then(body("{\"executionId\":\"e-2\"}"))
                .then(SUCCESS);
        // After a 503 two more are worth it, after another's body one: the fetch ends with the second.
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_IDENTITY_MISMATCH);
        assertThat(rig.found().status()).isEqualTo(VerificationStatus.SUCCESS);
        rig.upstream.answers(Rig.ID.value(), status(502)).then(status(503)).then(SUCCESS);
        assertThat(rig.found().status()).isEqualTo(VerificationStatus.SUCCESS);
        assertThat(rig.unkept).containsExactly("another_execution");
    }

    @Test
    void allAttemptsFitInTheDeadline() throws IOException {
        rig.close();
        rig = ClientRig.start(guard, Duration.ofMillis(800), Duration.ofMillis(1500));
        rig.upstream.answers(Rig.ID.value(), status(502)).then(hangs());
        long began = System.nanoTime();
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(800), Duration.ofMillis(2200));
        rig.close();
        rig = ClientRig.start(guard, Duration.ofSeconds(20), Duration.ofMillis(700));
        rig.upstream.answers(Rig.ID.value(), hangs());
        began = System.nanoTime();
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(1900));
        assertThat(rig.fetches()).isEqualTo(1);
    }

    @Test
    void theUpstreamsPauseIsKept() {
        List<Duration> told = new CopyOnWriteArrayList<>();
        rig.client.pause().tell((why, howLong) -> told.add(howLong));
        rig.upstream
                .answers(Rig.ID.value(), status(429).with("Retry-After", "7").saying("{\"message\":\"slow\\ndown\"}"))
                .then(SUCCESS);
        SourceFailure first = rig.failure();
        assertThat(first.fetched()).isTrue();
        assertThat(first.upstreamStatus()).hasValue(429);
        assertThat(secondsUntil(first)).isBetween(6.0, 7.0);
        assertThat(told).containsExactly(Duration.ofSeconds(7));
        SourceFailure during = rig.failure("another-id");
        assertThat(during.reason()).isEqualTo(FailureReason.UPSTREAM_RATE_LIMITED);
        assertThat(during.fetched()).isFalse();
        assertThat(during.message()).contains("slowdown");
        assertThat(during.retryAt()).isEqualTo(first.retryAt());
        assertThat(rig.client.isPaused()).isTrue();
        assertThat(rig.upstream.fetches()).isEqualTo(1);
        rig.pass(Duration.ofMillis(7100));
        assertThat(rig.client.isPaused()).isFalse();
        assertThat(rig.found().status()).isEqualTo(VerificationStatus.SUCCESS);
        assertThat(rig.client.isCircuitOpen()).isFalse();
    }

    private double secondsUntil(SourceFailure failure) {
        return (failure.retryAt().orElseThrow() - rig.time().ticks()) / 1e9;
    }

    @Test
    void a503WithRetryAfterPausesTooAndAnotherReplicasPauseIsJoined() {
        rig.upstream
                .answers(Rig.ID.value(), status(503).with("Retry-After", "soon"))
                .then(SUCCESS);
        assertThat(secondsUntil(rig.failure())).isBetween(4.0, 5.0);
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_UNAVAILABLE);
        assertThat(rig.fetches()).isEqualTo(1);
        rig.client
                .pause()
                .join(SourceFailure.answered(FailureReason.UPSTREAM_RATE_LIMITED, 429), Duration.ofSeconds(60));
        rig.client.pause().join(SourceFailure.answered(FailureReason.UPSTREAM_UNAVAILABLE, 503), Duration.ofSeconds(1));
        assertThat(secondsUntil(rig.failure())).isBetween(59.0, 60.0);
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_RATE_LIMITED);
    }

    @Test
    void duringAPauseNoFurtherAttemptIsMade() throws Exception {
        rig.upstream.answers(Rig.ID.value(), status(502));
        Gate gate = rig.upstream.holds(Rig.ID.value());
        FutureTask<SourceFailure> fetch = begin(() -> rig.failure());
        await().until(() -> gate.arrivals() == 1);
        rig.client
                .pause()
                .join(SourceFailure.answered(FailureReason.UPSTREAM_RATE_LIMITED, 429), Duration.ofSeconds(5));
        gate.release();
        assertThat(fetch.get().reason()).isEqualTo(FailureReason.UPSTREAM_ERROR);
        assertThat(rig.fetches()).isEqualTo(1);
    }

    @Test
    void theCircuitOpensWhenHalfOfTwentyFailedAndNotBefore() {
        rig.upstream.says("good", RUNNING);
        rig.upstream.answers("gone", status(404));
        rig.upstream.answers("bad", status(501));
        for (int i = 0; i < 9; i++) {
            rig.failure("bad");
        }
        for (int i = 0; i < 5; i++) {
            rig.found("good");
            rig.failure("gone");
        }
        assertThat(rig.client.isCircuitOpen()).isFalse();
        rig.failure("bad");
        assertThat(rig.client.isCircuitOpen()).isTrue();
        int fetches = rig.upstream.fetches();
        assertThat(fetches).isEqualTo(20);
        SourceFailure refused = rig.failure("good");
        assertThat(refused.reason()).isEqualTo(FailureReason.CIRCUIT_OPEN);
        assertThat(refused.fetched()).isFalse();
        assertThat(secondsUntil(refused)).isBetween(8.0, 10.0);
        assertThat(rig.upstream.fetches()).isEqualTo(fetches);
    }

    @Test
    void whatSaysNothingAgainstTheUpstreamNeverOpensTheCircuit() {
        rig.upstream.otherwise(status(404));
        for (int i = 0; i < 40; i++) {
            rig.failure("id-" + i);
        }
        assertThat(rig.client.isCircuitOpen()).isFalse();
    }

    @Test
    void whereTheCircuitOpensBetweenTwoAttemptsTheFetchEndsWithItsLastFailure() {
        rig.upstream.answers("bad", status(501));
        rig.upstream.answers("worse", status(502).saying("{\"message\":\"worse\"}"));
        for (int i = 0; i < 19; i++) {
            rig.failure("bad");
        }
        SourceFailure failure = rig.failure("worse");
        assertThat(failure.reason()).isEqualTo(FailureReason.UPSTREAM_ERROR);
        assertThat(failure.message()).contains("worse");
        assertThat(failure.fetched()).isTrue();
        assertThat(rig.upstream.fetchesOf("worse")).isEqualTo(1);
    }

    @Test
    void soManyFetchesAreUnderWayAndSoManyMoreWait() throws Exception {
        List<FutureTask<Fetched>> fetches = new ArrayList<>();
        Gate gate = rig.upstream.holds(Rig.ID.value());
        rig.upstream.answers(Rig.ID.value(), says(SUCCESS));
        for (int i = 0; i < 2; i++) {
            fetches.add(begin(() -> rig.fetch(Rig.ID, Optional.empty())));
        }
        await().until(() -> gate.arrivals() == 2);
        fetches.add(begin(() -> rig.fetch(Rig.ID, Optional.empty())));
        await().until(() -> rig.client.fetchesWaiting() == 1);
        assertThat(rig.client.fetchesInFlight()).isEqualTo(2);
        SourceFailure refused = rig.failure();
        assertThat(refused.reason()).isEqualTo(FailureReason.OVERLOADED);
        assertThat(refused.fetched()).isFalse();
        gate.release();
        for (FutureTask<Fetched> fetch : fetches) {
            assertThat(fetch.get()).isInstanceOf(Fetched.Found.class);
        }
        assertThat(rig.fetches()).isEqualTo(3);
        assertThat(rig.client.fetchesInFlight()).isZero();
        assertThat(rig.client.fetchesWaiting()).isZero();
    }

    @Test
    void whoStandsInLineForTooLongIsSentAway() throws Exception {
        rig.close();
        rig = ClientRig.start(guard, Duration.ofSeconds(3), Duration.ofMillis(900));
        rig.upstream.answers(Rig.ID.value(), hangs());
        List<FutureTask<Fetched>> fetches = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            fetches.add(begin(() -> rig.fetch(Rig.ID, Optional.empty())));
        }
        await().until(() -> rig.fetches() == 2);
        rig.upstream.holds("late");
        // Its own deadline begins now, and the others' places are free sooner: it gets one, and little time.
        assertThat(rig.failure("late").reason()).isIn(FailureReason.OVERLOADED, FailureReason.UPSTREAM_TIMEOUT);
        for (FutureTask<Fetched> fetch : fetches) {
            assertThat(fetch.get()).isInstanceOf(Fetched.Failed.class);
        }
    }
}
