package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.lookup.Waiting.LONG;
import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.Rig.Asking;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits is woken by news; one poll serves all who wait for an id. */
@Timeout(60)
class PatientLookupTest {
    private static final int A_FEW_POLLS = 4;

    private final Waiting waiting = new Waiting();

    @Test
    void aTerminalStatusWakesEverybodyAndOnePollServedThemAll() throws Exception {
        IntStream.range(0, A_FEW_POLLS).forEach(i -> waiting.source.says(RUNNING));
        Gate end = waiting.source.holds(SUCCESS);
        List<Asking> callers =
                IntStream.range(0, 100).mapToObj(i -> waiting.waiting(LONG)).toList();
        end.reached();
        await().until(() -> waiting.patience.waiters() == 100);
        end.open();

        for (Asking caller : callers) {
            assertThat(Answers.snapshotOf(caller.get()).status()).isEqualTo(SUCCESS);
        }
        assertThat(waiting.fetches()).isEqualTo(A_FEW_POLLS + 1);
        await().until(() -> waiting.patience.waiters() == 0);
    }

    @Test
    void aTerminalStatusIsAnsweredWithoutWaiting() throws Exception {
        waiting.source.says(SUCCESS);

        assertThat(Answers.snapshotOf(waiting.waitFor(LONG, snapshot -> false)).status())
                .isEqualTo(SUCCESS);
        assertThat(waiting.fetches()).isEqualTo(1);
    }

    @Test
    void whenPatienceEndsTheLatestRunningIsTheAnswer() throws Exception {
        waiting.source.says(RUNNING, "one").says(RUNNING, "two");

        Answer latest = waiting.waitFor(Duration.ofMillis(200), snapshot -> false);

        assertThat(bodyOf(Answers.snapshotOf(latest))).contains("two");
        assertThat(latest.provenance().startedFetch()).isTrue();
    }

    @Test
    void noPatienceIsAnAnswerAtOnce() throws Exception {
        assertThat(Answers.snapshotOf(waiting.waitFor(Duration.ZERO, snapshot -> false))
                        .status())
                .isEqualTo(RUNNING);
    }

    @Test
    void aChangedBodyIsEnoughForWhoKnowsTheOldOne() throws Exception {
        waiting.source.says(RUNNING, "one").says(RUNNING, "one").says(RUNNING, "two");

        Answer changed = waiting.waitFor(LONG, snapshot -> !bodyOf(snapshot).contains("one"));

        assertThat(bodyOf(Answers.snapshotOf(changed))).contains("two");
        assertThat(waiting.fetches()).isEqualTo(3);
    }

    @Test
    void whenTheLastOneLeavesPollingStops() throws Exception {
        Asking one = waiting.waiting(LONG);
        Asking other = waiting.waiting(LONG);
        await().until(() -> waiting.fetches() >= A_FEW_POLLS && waiting.patience.waiters() == 2);
        one.leave();
        assertThatThrownBy(one::get).hasCauseInstanceOf(InterruptedException.class);
        int before = waiting.fetches();
        await().until(() -> waiting.fetches() > before + 1);

        other.leave();
        assertThatThrownBy(other::get).hasCauseInstanceOf(InterruptedException.class);
        await().during(Duration.ofMillis(150)).atMost(LONG).until(stable(waiting));
        assertThat(waiting.patience.waiters()).isZero();
    }

    @Test
    void whoComesBackAfterTheLastOneLeftIsServedAgain() throws Exception {
        waiting.waitFor(Duration.ofMillis(50), snapshot -> false);
        waiting.source.says(SUCCESS);

        assertThat(Answers.snapshotOf(waiting.waitFor(LONG, snapshot -> false)).status())
                .isEqualTo(SUCCESS);
    }

    @Test
    void aFailedPollDoesNotEndAWaitWhileTheLastRunningStandsIn() throws Exception {
        waiting.source
                .says(RUNNING)
                .fails(FailureReason.UPSTREAM_ERROR)
                .fails(FailureReason.UPSTREAM_TIMEOUT)
                .fails(SourceFailure.unfetched(FailureReason.CIRCUIT_OPEN))
                .says(SUCCESS);

        assertThat(Answers.snapshotOf(waiting.waitFor(LONG, snapshot -> false)).status())
                .isEqualTo(SUCCESS);
        assertThat(waiting.fetches()).isEqualTo(5);
    }

    @Test
    void aFailureThatNothingStandsInForIsTheAnswer() throws Exception {
        waiting.source.says(RUNNING).fails(FailureReason.UPSTREAM_REJECTED);

        Answer refused = waiting.waitFor(LONG, snapshot -> false);

        assertThat(Answers.failureOf(refused).reason()).isEqualTo(FailureReason.UPSTREAM_REJECTED);
    }

    @Test
    void aFailureAtFirstIsAnsweredWithoutWaiting() throws Exception {
        waiting.source.fails(FailureReason.UPSTREAM_UNREACHABLE);

        assertThat(Answers.failureOf(waiting.waitFor(LONG, snapshot -> false)).reason())
                .isEqualTo(FailureReason.UPSTREAM_UNREACHABLE);
    }

    @Test
    void aNewIdMayLag() throws Exception {
        waiting.source
                .fails(FailureReason.EXECUTION_NOT_FOUND)
                .fails(FailureReason.EXECUTION_NOT_FOUND)
                .says(RUNNING)
                .says(SUCCESS);

        assertThat(Answers.snapshotOf(waiting.waitFor(LONG, snapshot -> false)).status())
                .isEqualTo(SUCCESS);
        assertThat(waiting.fetches()).isEqualTo(4);
    }

    @Test
    void anIdThatIsNotFoundForThreeSecondsIsNotFound() throws Exception {
        ManualTime time = new ManualTime();
        Waiting slow = new Waiting(1, Thread::startVirtualThread, time, Duration.ofMillis(30));
        slow.source.fails(FailureReason.EXECUTION_NOT_FOUND);
        Answer first = slow.lookup.statusOf(Question.about(Rig.ID));
        slow.lookup.holdings().forgetLocally(Rig.ID);
        Gate poll = slow.source.holds(id -> {
            time.advance(PatientLookup.LAG.minusMillis(10));
            return new Fetched.Failed(SourceFailure.answered(FailureReason.EXECUTION_NOT_FOUND, 404));
        });

        try (Vigil vigil = slow.patience.watch(Rig.ID).orElseThrow()) {
            Asking caller = Asking.start(() -> slow.patience.await(vigil, first, LONG, snapshot -> false));
            poll.reached();
            await().until(caller::isWaiting);
            poll.open();
            assertThat(caller.get().isNotFound()).isTrue();
        }
    }

    @Test
    void aShorterPatienceEndsTheLag() throws Exception {
        waiting.source.fails(FailureReason.EXECUTION_NOT_FOUND);

        assertThat(waiting.waitFor(Duration.ofMillis(100), snapshot -> false).isNotFound())
                .isTrue();
    }

    @Test
    void anIdThatWasRunningAndIsMissingForAMomentIsAskedForAgain() throws Exception {
        ManualTime time = new ManualTime();
        Waiting late = new Waiting(1, Thread::startVirtualThread, time, Duration.ofMillis(30));
        late.source
                .says(RUNNING)
                .plays(id -> {
                    time.advance(Duration.ofSeconds(20));
                    return new Fetched.Failed(SourceFailure.answered(FailureReason.EXECUTION_NOT_FOUND, 404));
                })
                .says(SUCCESS);

        assertThat(Answers.snapshotOf(late.waitFor(LONG, snapshot -> false)).status())
                .isEqualTo(SUCCESS);
    }

    @Test
    void anIdThatIsNotFoundIsAskedForEachSecondHoweverLongThatIsKept() throws Exception {
        Waiting lasting = new Waiting(1, Thread::startVirtualThread, Time.system(), Duration.ofMinutes(1));
        lasting.source.fails(FailureReason.EXECUTION_NOT_FOUND).says(SUCCESS);

        assertThat(Answers.snapshotOf(lasting.waitFor(LONG, snapshot -> false)).status())
                .isEqualTo(SUCCESS);
    }

    @Test
    void thereIsRoomForSoManyAndNoMore() throws Exception {
        Waiting narrow = new Waiting(2);
        Vigil first = narrow.patience.watch(Rig.ID).orElseThrow();
        try (Vigil second = narrow.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(narrow.patience.watch(Rig.ID)).isEmpty();
            assertThat(narrow.patience.waiters()).isEqualTo(2);
            first.close();
            first.close();
            assertThat(narrow.patience.waiters()).isEqualTo(1);
            try (Vigil third = narrow.patience.watch(Rig.ID).orElseThrow()) {
                assertThat(third.news(LONG)).isPresent();
            }
            assertThat(second.news(LONG)).isPresent();
        }
        assertThat(narrow.patience.waiters()).isZero();
    }

    @Test
    void aWatchThatCanNotStartTakesNoPlace() {
        Waiting refusing = new Waiting(
                1,
                watch -> {
                    throw new RejectedExecutionException("no thread");
                },
                Time.system(),
                Duration.ofMillis(30));

        assertThatThrownBy(() -> refusing.patience.watch(Rig.ID)).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> refusing.patience.watch(Rig.ID)).isInstanceOf(RejectedExecutionException.class);
        assertThat(refusing.patience.waiters()).isZero();
    }

    private static Callable<Boolean> stable(Waiting waiting) {
        int[] last = {-1};
        return () -> {
            int now = waiting.fetches();
            boolean same = last[0] < 0 || last[0] == now;
            last[0] = now;
            return same;
        };
    }

    private static String bodyOf(StatusSnapshot snapshot) {
        return new String(snapshot.body(), StandardCharsets.UTF_8);
    }
}
