package io.taskstatus.gateway.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;

/** What a test may say of an answer. */
final class Answers {
    private Answers() {}

    static StatusSnapshot snapshotOf(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.Status.class);
        return ((Answer.Status) answer).snapshot();
    }

    static SourceFailure failureOf(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.Failure.class);
        return ((Answer.Failure) answer).failure();
    }

    /** Brought by the caller's own fetch and kept. */
    static void isFetched(Answer answer, VerificationStatus status, Forward forward) {
        assertThat(snapshotOf(answer).status()).isEqualTo(status);
        assertThat(answer.provenance()).isEqualTo(Provenance.fetched(Outcome.UPSTREAM, forward, 200, true, true));
    }

    /** Found in {@code tier}, without a fetch. */
    static void isHit(Answer answer, VerificationStatus status, Outcome tier) {
        assertThat(snapshotOf(answer).status()).isEqualTo(status);
        assertThat(answer.provenance())
                .isEqualTo(Provenance.hit(tier, answer.provenance().ttl()));
    }

    /** A hit with {@code ttl} seconds left. */
    static void isHit(Answer answer, VerificationStatus status, Outcome tier, long ttl) {
        isHit(answer, status, tier);
        assertThat(answer.provenance().ttl()).isEqualTo(ttl);
    }

    /** The caller's own fetch failed so. */
    static void isFailure(Answer answer, FailureReason reason) {
        assertThat(failureOf(answer).reason()).isEqualTo(reason);
        assertThat(answer.provenance().startedFetch()).isTrue();
    }

    /** A failure that was kept, with {@code ttl} seconds left. */
    static void isKeptFailure(Answer answer, FailureReason reason, long ttl) {
        assertThat(failureOf(answer).reason()).isEqualTo(reason);
        assertThat(answer.provenance()).isEqualTo(Provenance.hit(Outcome.MEMORY, ttl));
    }

    /** A failure that no fetch led to. */
    static void isUnfetched(Answer answer, FailureReason reason) {
        assertThat(failureOf(answer).reason()).isEqualTo(reason);
        assertThat(answer.provenance()).isEqualTo(Provenance.NOTHING);
    }
}
