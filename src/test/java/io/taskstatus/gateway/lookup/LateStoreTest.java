package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.status.VerificationStatus.ERROR;
import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A slow store holds no request up, and what it held still wins. */
@Timeout(60)
class LateStoreTest {
    private final Rig rig = new Rig();
    private final CompletableFuture<Optional<Held>> read = rig.store.lateRead();
    private final Optional<Held> stored = Optional.of(new Held(snapshot(SUCCESS, "stored"), Tier.STORE));

    @Test
    void theFetchStartsBesideASlowRead() throws Exception {
        rig.source.says(SUCCESS);

        Answers.isFetched(rig.ask(), SUCCESS, Forward.URI_MISS);
        assertThat(read).isNotDone();
    }

    @ParameterizedTest
    @EnumSource(names = {"UPSTREAM_ERROR", "UPSTREAM_UNAVAILABLE", "EXECUTION_NOT_FOUND", "UPSTREAM_REJECTED"})
    void whatWasStoredWinsOverAFailure(FailureReason reason) throws Exception {
        rig.source.plays(id -> {
            read.complete(stored);
            return new Fetched.Failed(SourceFailure.answered(reason, reason.status()));
        });

        isOverruled(rig.ask(), reason.status());
        Answers.isHit(rig.ask(), SUCCESS, Outcome.MEMORY);
    }

    @Test
    void whatWasStoredWinsOverAFailureThatWasQuickerByALittle() throws Exception {
        rig.source.plays(id -> {
            read.completeAsync(() -> stored);
            return new Fetched.Failed(SourceFailure.unanswered(FailureReason.UPSTREAM_UNREACHABLE));
        });

        isOverruled(rig.ask(), 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"RUNNING", "ERROR", "UNKNOWN"})
    void whatWasStoredWinsOverADifferentBody(VerificationStatus status) throws Exception {
        rig.source.plays(id -> {
            read.complete(stored);
            return new Fetched.Found(snapshot(status, "fetched"));
        });

        isOverruled(rig.ask(), 200);
        assertThat(rig.counts.conflicts).hasValue(status.isTerminal() ? 1 : 0);
        Answers.isHit(rig.ask(), SUCCESS, Outcome.MEMORY);
    }

    @Test
    void theSameBodyIsNoConflict() throws Exception {
        rig.source.plays(id -> {
            read.complete(stored);
            return new Fetched.Found(snapshot(SUCCESS, "stored"));
        });

        isOverruled(rig.ask(), 200);
        assertThat(rig.counts.conflicts).hasValue(0);
    }

    @Test
    void whatWasStoredWinsOverTheNewsOfAnotherReplica() throws Exception {
        rig.source.plays(id -> {
            read.complete(stored);
            return ScriptedSource.shared(snapshot(RUNNING, ""));
        });

        Answers.isHit(rig.ask(), SUCCESS, Outcome.STORE);
    }

    @Test
    void whereNoFetchIsPossibleTheReadIsWaitedFor() throws Exception {
        Gate refused = rig.source.holds(id -> new Fetched.Failed(SourceFailure.unfetched(FailureReason.CIRCUIT_OPEN)));
        Rig.Asking caller = rig.asking();
        refused.reached();
        refused.open();
        await().until(caller::isWaiting);
        read.complete(stored);

        Answers.isHit(caller.get(), SUCCESS, Outcome.STORE);
    }

    @Test
    void theReadIsWaitedForUntilTheDeadlineOfTheWholeQuestion() throws Exception {
        rig.source.plays(id -> {
            rig.time.advance(Rig.seconds(5));
            return new Fetched.Failed(SourceFailure.unfetched(FailureReason.OVERLOADED));
        });

        Answers.isUnfetched(rig.ask(), FailureReason.OVERLOADED);
        assertThat(read).isNotDone();
    }

    @Test
    void aReadThatFailsOrIsGivenUpIsAMiss() throws Exception {
        assertThat(rig.store.lateRead().cancel(false)).isTrue();
        read.completeExceptionally(new IllegalStateException("disk"));
        rig.source.says(RUNNING).says(SUCCESS);

        Answers.isFetched(rig.ask(), RUNNING, Forward.URI_MISS);
        rig.time.advance(Rig.seconds(1));
        Answers.isFetched(rig.ask(), SUCCESS, Forward.STALE);
    }

    @Test
    void anInterruptedFlightStillLands() throws Exception {
        Thread[] flying = new Thread[1];
        Gate begun = new Gate();
        Rig interruptible = new Rig(work -> Thread.startVirtualThread(() -> {
            flying[0] = Thread.currentThread();
            begun.pass();
            work.run();
        }));
        CompletableFuture<Optional<Held>> never = interruptible.store.lateRead();
        interruptible.source.says(ERROR);
        Rig.Asking caller = interruptible.asking();
        begun.reached();
        flying[0].interrupt();
        begun.open();

        Answers.isFetched(caller.get(), ERROR, Forward.URI_MISS);
        assertThat(never).isNotDone();
    }

    @Test
    void aCallerThatIsInterruptedWhileTheStoreReadsIsNotKept() throws Exception {
        Rig.Asking caller = Rig.Asking.start(() -> rig.ask(Directive.ONLY_IF_CACHED));
        await().until(caller::isWaiting);
        caller.leave();

        Answers.isUnfetched(caller.get(), FailureReason.NOT_CACHED);
    }

    /** The caller's own fetch was made, and what was stored stands. */
    private static void isOverruled(Answer answer, int upstreamStatus) {
        assertThat(Answers.snapshotOf(answer).status()).isEqualTo(SUCCESS);
        assertThat(answer.provenance())
                .isEqualTo(Provenance.fetched(Outcome.STORE, Forward.URI_MISS, upstreamStatus, false, true));
    }

    private StatusSnapshot snapshot(VerificationStatus status, String remark) {
        return Snapshots.of(Rig.ID, status, remark, rig.time.now());
    }
}
