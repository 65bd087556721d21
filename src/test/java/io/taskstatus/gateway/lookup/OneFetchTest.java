package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.status.ExecutionId;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However many ask for an id at once, one fetch answers them all. */
@Timeout(60)
class OneFetchTest {
    private final Rig rig = new Rig();

    @Test
    void manyCallersOfOneIdCostOneFetch() throws Exception {
        Gate fetch = rig.source.holds(SUCCESS);
        List<Rig.Asking> callers = rig.asking(2_000);
        fetch.reached();
        awaitWaiting(callers);

        fetch.open();

        int started = 0;
        for (Rig.Asking caller : callers) {
            Answer answer = caller.get();
            assertThat(Answers.snapshotOf(answer).status()).isEqualTo(SUCCESS);
            boolean own = answer.provenance().startedFetch();
            started += own ? 1 : 0;
            assertThat(answer.provenance())
                    .isEqualTo(Provenance.fetched(
                            own ? Outcome.UPSTREAM : Outcome.JOINED, Forward.URI_MISS, 200, true, own));
        }
        assertThat(started).isEqualTo(1);
        assertThat(rig.fetches()).isEqualTo(1);
    }

    @Test
    void halfOfTheCallersLeaveAndTheOthersNeitherFailNorWaitLonger() throws Exception {
        Gate fetch = rig.source.holds(RUNNING);
        List<Rig.Asking> callers = rig.asking(200);
        fetch.reached();
        awaitWaiting(callers);
        List<Rig.Asking> leaving = callers.subList(0, 100);
        leaving.forEach(Rig.Asking::leave);
        for (Rig.Asking caller : leaving) {
            assertThatThrownBy(caller::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
        }

        fetch.open();

        for (Rig.Asking caller : callers.subList(100, 200)) {
            assertThat(Answers.snapshotOf(caller.get()).status()).isEqualTo(RUNNING);
        }
        assertThat(rig.fetches()).isEqualTo(1);
    }

    @Test
    void aFetchGoesOnWhenEverybodyHasLeft() throws Exception {
        Gate fetch = rig.source.holds(SUCCESS);
        Rig.Asking caller = rig.asking();
        fetch.reached();
        awaitWaiting(List.of(caller));
        caller.leave();
        assertThatThrownBy(caller::get).hasCauseInstanceOf(InterruptedException.class);

        fetch.open();

        await().untilAsserted(() -> assertThat(rig.store.results).containsKey(Rig.ID));
        await().untilAsserted(() ->
                assertThat(rig.lookup.fromMemory(Rig.question(Directive.NONE))).isPresent());
        assertThat(rig.fetches()).isEqualTo(1);
    }

    @Test
    void everybodyGetsTheFailureOfTheOneFetch() throws Exception {
        Gate fetch =
                rig.source.holds(id -> new Fetched.Failed(SourceFailure.answered(FailureReason.UPSTREAM_ERROR, 500)));
        List<Rig.Asking> callers = rig.asking(50);
        fetch.reached();
        awaitWaiting(callers);
        fetch.open();

        for (Rig.Asking caller : callers) {
            assertThat(Answers.failureOf(caller.get()).reason()).isEqualTo(FailureReason.UPSTREAM_ERROR);
        }
        assertThat(rig.fetches()).isEqualTo(1);
    }

    @Test
    void aPanicInTheWorkFreesEverybodyAndTheNextCallerTriesAgain() throws Exception {
        Gate fetch = rig.source.holds(id -> {
            throw new IllegalStateException("a fault of the program");
        });
        List<Rig.Asking> callers = rig.asking(50);
        fetch.reached();
        awaitWaiting(callers);
        rig.source.says(SUCCESS);
        fetch.open();

        for (Rig.Asking caller : callers) {
            Answers.isUnfetched(caller.get(), FailureReason.INTERNAL_ERROR);
        }
        assertThat(rig.counts.panics).hasSize(1);
        Answers.isFetched(rig.ask(), SUCCESS, Forward.URI_MISS);
    }

    @Test
    void anErrorIsAPanicToo() throws Exception {
        rig.source.plays(id -> {
            throw new StackOverflowError();
        });

        Answers.isUnfetched(rig.ask(), FailureReason.INTERNAL_ERROR);
    }

    @Test
    void whereEvenCountingThePanicFailsEverybodyIsFreed() throws Exception {
        rig.counts.panicsOnPanic();
        Gate fetch = rig.source.holds(id -> {
            throw new IllegalStateException("a fault of the program");
        });
        List<Rig.Asking> callers = rig.asking(5);
        fetch.reached();
        awaitWaiting(callers);
        rig.source.says(SUCCESS);
        fetch.open();

        for (Rig.Asking caller : callers) {
            assertThatThrownBy(caller::get).hasCauseInstanceOf(IllegalStateException.class);
        }
        Answers.isFetched(rig.ask(), SUCCESS, Forward.URI_MISS);
    }

    @Test
    void aThreadThatCanNotBeHadIsAFaultOfTheProgramAndLeavesNothingBehind() throws Exception {
        List<Boolean> refusals = new ArrayList<>(List.of(true));
        Rig refusing = new Rig(work -> {
            if (!refusals.isEmpty()) {
                refusals.removeFirst();
                throw new RejectedExecutionException("no thread");
            }
            Thread.startVirtualThread(work);
        });

        Answers.isUnfetched(refusing.ask(), FailureReason.INTERNAL_ERROR);
        assertThat(refusing.counts.panics).hasSize(1);
        Answers.isFetched(refusing.ask(), RUNNING, Forward.URI_MISS);
    }

    @Test
    void whoMissedMemoryJustBeforeAFlightKeptItsResultFetchesNothing() throws Exception {
        // (1) the late caller misses memory; (2) another's flight keeps and lands; (3) the late caller's flight begins
        Gate begin = new Gate();
        Deque<Gate> gates = new ConcurrentLinkedDeque<>(List.of(begin));
        Rig slow = new Rig(work -> {
            Gate gate = gates.poll();
            Thread.startVirtualThread(() -> {
                if (gate != null) {
                    gate.pass();
                }
                work.run();
            });
        });
        slow.source.says(SUCCESS);
        Rig.Asking late = slow.asking();
        begin.reached();
        slow.lookup.holdings().importAll(List.of(Snapshots.of(Rig.ID, SUCCESS, "", slow.time.now())));
        begin.open();

        Answers.isHit(late.get(), SUCCESS, Outcome.MEMORY);
        assertThat(slow.fetches()).isZero();
    }

    @Test
    void eachIdHasAFlightOfItsOwn() throws Exception {
        ExecutionId other = new ExecutionId("another");
        Gate fetch = rig.source.holds(SUCCESS);
        Rig.Asking caller = rig.asking();
        fetch.reached();
        rig.source.says(RUNNING);

        assertThat(Answers.snapshotOf(rig.lookup.statusOf(Question.about(other)))
                        .status())
                .isEqualTo(RUNNING);
        fetch.open();
        assertThat(Answers.snapshotOf(caller.get()).status()).isEqualTo(SUCCESS);
    }

    @Test
    void theTraceOfWhoStartsTheFetchGoesToTheUpstream() throws Exception {
        Optional<String> trace = Optional.of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        rig.lookup.statusOf(new Question(Rig.ID, Directive.NONE, trace, FetchAllowance.UNLIMITED));

        assertThat(rig.source.lastTraceparent()).isEqualTo(trace);
    }

    private static void awaitWaiting(List<Rig.Asking> callers) {
        await().until(() -> callers.stream().allMatch(Rig.Asking::isWaiting));
    }
}
