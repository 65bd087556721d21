package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A fetch is paid for by whoever starts it. */
@Timeout(60)
class AllowanceTest {
    private final Rig rig = new Rig();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void aHitCostsNothing() throws Exception {
        rig.source.says(SUCCESS);
        rig.ask(spending(1));
        rig.ask(spending(0));
        rig.lookup.holdings().forgetLocally(Rig.ID);
        Answers.isHit(rig.ask(spending(0)), SUCCESS, Outcome.STORE);

        assertThat(asked).hasValue(1);
    }

    @Test
    void whoMayNotFetchIsToldWhenItMay() throws Exception {
        Answer refused = rig.ask(spending(0));

        Answers.isUnfetched(refused, FailureReason.RATE_LIMITED);
        assertThat(Answers.failureOf(refused).retryAt())
                .hasValue(rig.time.ticks() + Duration.ofSeconds(7).toNanos());
        assertThat(rig.fetches()).isZero();
    }

    @Test
    void theOthersInARefusedFlightTryOnTheirOwnAccount() throws Exception {
        rig.source.says(SUCCESS);
        Gate reading = new Gate();
        FetchAllowance poor = () -> {
            reading.pass();
            return Duration.ofSeconds(7);
        };
        Rig.Asking refused = rig.asking(poor);
        reading.reached();
        List<Rig.Asking> rich =
                IntStream.range(0, 20).mapToObj(i -> rig.asking(spending(1))).toList();
        await().until(() -> rich.stream().allMatch(Rig.Asking::isWaiting));
        reading.open();

        Answers.isUnfetched(refused.get(), FailureReason.RATE_LIMITED);
        for (Rig.Asking caller : rich) {
            assertThat(Answers.snapshotOf(caller.get()).status()).isEqualTo(SUCCESS);
        }
        assertThat(rig.fetches()).isEqualTo(1);
        assertThat(asked).hasValue(1);
    }

    @Test
    void manyCallersOnOneEmptyAccountAreRefusedTogether() throws Exception {
        Gate reading = new Gate();
        FetchAllowance poor = () -> {
            asked.incrementAndGet();
            reading.pass();
            return Duration.ofSeconds(7);
        };
        List<Rig.Asking> callers =
                IntStream.range(0, 500).mapToObj(i -> rig.asking(poor)).toList();
        reading.reached();
        await().until(() -> callers.stream().allMatch(Rig.Asking::isWaiting));
        reading.open();

        for (Rig.Asking caller : callers) {
            Answers.isUnfetched(caller.get(), FailureReason.RATE_LIMITED);
        }
        assertThat(asked).hasValue(1);
        assertThat(rig.store.finds()).isEqualTo(1);
    }

    @Test
    void anAllowanceThatIsLeftIsSpent() throws Exception {
        Answers.isFetched(rig.ask(spending(1)), RUNNING, Forward.URI_MISS);
    }

    /** An account with {@code fetches} left. */
    private FetchAllowance spending(int fetches) {
        AtomicInteger left = new AtomicInteger(fetches);
        return () -> {
            asked.incrementAndGet();
            return left.getAndDecrement() > 0 ? Duration.ZERO : Duration.ofSeconds(7);
        };
    }
}
