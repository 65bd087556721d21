package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.lookup.Waiting.LONG;
import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static io.taskstatus.gateway.status.VerificationStatus.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.Question.Directive;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a reader of news is told, and when. */
@Timeout(60)
class WatchTest {
    private static final Duration SHORT = Duration.ofMillis(150);

    private final Waiting waiting = new Waiting();

    @Test
    void onlyWhatChangedIsNews() throws Exception {
        waiting.source
                .says(RUNNING, "one")
                .says(RUNNING, "one")
                .says(RUNNING, "two")
                .says(UNKNOWN, "two")
                .says(SUCCESS);
        try (Vigil vigil = waiting.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(next(vigil)).contains("Running", "one");
            assertThat(next(vigil)).contains("Running", "two");
            assertThat(next(vigil)).contains("unknown", "two");
            assertThat(next(vigil)).contains("Success");
            assertThat(vigil.news(SHORT)).isEmpty();
        }
    }

    @Test
    void nothingIsToldTwiceAndNothingWhereNothingChanges() throws Exception {
        try (Vigil vigil = waiting.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(vigil.news(LONG)).isPresent();
            assertThat(vigil.news(SHORT)).isEmpty();
        }
        assertThat(waiting.fetches()).isGreaterThan(1);
    }

    @Test
    void anotherFailureIsNewsAndTheSameIsNot() throws Exception {
        waiting.source
                .fails(FailureReason.EXECUTION_NOT_FOUND)
                .fails(FailureReason.EXECUTION_NOT_FOUND)
                .fails(FailureReason.UPSTREAM_ERROR)
                .says(RUNNING);
        try (Vigil vigil = waiting.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(reason(vigil)).isEqualTo(FailureReason.EXECUTION_NOT_FOUND);
            assertThat(reason(vigil)).isEqualTo(FailureReason.UPSTREAM_ERROR);
            assertThat(next(vigil)).contains("Running");
        }
    }

    @Test
    void whatAnotherReplicaLearnsWhileThisOneMayNotAskIsNews() throws Exception {
        SourceFailure open = SourceFailure.unfetched(FailureReason.CIRCUIT_OPEN)
                .retryingAt(Time.system().ticks() + Duration.ofMinutes(10).toNanos());
        waiting.source.says(RUNNING).fails(open).says(SUCCESS);
        try (Vigil vigil = waiting.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(next(vigil)).contains("Running");
            assertThat(next(vigil)).contains("Success");
        }
    }

    @Test
    void newsThatAWatchFetchedIsJoined() throws Exception {
        waiting.source.says(SUCCESS);
        try (Vigil vigil = waiting.patience.watch(Rig.ID).orElseThrow()) {
            Provenance provenance = vigil.news(LONG).orElseThrow().provenance();
            assertThat(provenance.outcome()).isEqualTo(Outcome.JOINED);
            assertThat(provenance.collapsed()).isTrue();
            assertThat(provenance.startedFetch()).isFalse();
        }
    }

    @Test
    void aBodyThatAnotherBroughtIsToldAtOnce() throws Exception {
        Waiting slow = new Waiting(100, Thread::startVirtualThread, Time.system(), LONG);
        slow.source.says(RUNNING).says(SUCCESS);
        try (Vigil vigil = slow.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(next(vigil)).contains("Running");
            await().until(() -> {
                slow.lookup.statusOf(Rig.question(Directive.NO_CACHE));
                return slow.fetches() == 2;
            });
            assertThat(vigil.news(SHORT).map(Answer::isTerminal)).contains(true);
            assertThat(vigil.news(SHORT)).isEmpty();
        }
    }

    @Test
    void aResultThatIsImportedIsToldAtOnceAndEndsTheWatch() throws Exception {
        Waiting slow = new Waiting(100, Thread::startVirtualThread, Time.system(), LONG);
        slow.source.says(RUNNING);
        try (Vigil vigil = slow.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(next(vigil)).contains("Running");
            slow.lookup.holdings().importAll(List.of(Snapshots.of(Rig.ID, SUCCESS, "imported", Instant.EPOCH)));
            assertThat(vigil.news(SHORT).map(Answer::isTerminal)).contains(true);
        }
        assertThat(slow.fetches()).isEqualTo(1);
    }

    @Test
    void whoComesLaterIsNotToldAnOlderBodyThanIsKnown() throws Exception {
        Waiting lasting = new Waiting(2, Thread::startVirtualThread, Time.system(), Duration.ofMinutes(1));
        lasting.source.says(RUNNING, "old").says(RUNNING, "new");
        try (Vigil early = lasting.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(next(early)).contains("old");
            // somebody's no-cache brings a newer body
            await().until(() -> bodyOf(lasting.lookup.statusOf(Rig.question(Directive.NO_CACHE)))
                    .contains("new"));
            try (Vigil late = lasting.patience.watch(Rig.ID).orElseThrow()) {
                assertThat(next(late)).contains("new");
            }
        }
        assertThat(lasting.fetches()).isEqualTo(2);
    }

    @Test
    void aFaultOfTheProgramEndsTheWait() throws Exception {
        waiting.counts.panicsOnPanic();
        waiting.source.plays(id -> {
            throw new IllegalStateException("a fault of the program");
        });
        try (Vigil vigil = waiting.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(reason(vigil)).isEqualTo(FailureReason.INTERNAL_ERROR);
            assertThat(vigil.news(LONG)).isEmpty();
        }
        waiting.source.says(RUNNING);
        try (Vigil vigil = waiting.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(next(vigil)).contains("Running");
        }
    }

    @Test
    void aWatchThatIsInterruptedLetsEverybodyGo() throws Exception {
        Thread[] watch = new Thread[1];
        Waiting interruptible = new Waiting(
                1, work -> watch[0] = Thread.startVirtualThread(work), Time.system(), Duration.ofMinutes(1));
        try (Vigil vigil = interruptible.patience.watch(Rig.ID).orElseThrow()) {
            assertThat(next(vigil)).contains("Running");
            watch[0].interrupt();
            assertThat(vigil.news(LONG)).isEmpty();
        }
    }

    private static String next(Vigil vigil) throws InterruptedException {
        return bodyOf(vigil.news(LONG).orElseThrow());
    }

    private static String bodyOf(Answer answer) {
        return new String(Answers.snapshotOf(answer).body(), StandardCharsets.UTF_8);
    }

    private static FailureReason reason(Vigil vigil) throws InterruptedException {
        return Answers.failureOf(vigil.news(LONG).orElseThrow()).reason();
    }
}
