package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.lookup.Waiting.LONG;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Those who wait for one id pay together for the polls that serve them. */
@Timeout(60)
class SharedPollsTest {
    private static final Duration REFUSAL = Duration.ofMillis(20);

    private final Waiting waiting = new Waiting();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void aPollIsPaidForByWhoeverCan() throws Exception {
        waiting.source.says(SUCCESS);
        try (Vigil poor = waiting.patience.watch(Rig.ID, this::refuse).orElseThrow()) {
            await().until(() -> asked.get() > 1);
            assertThat(waiting.fetches()).isZero();
            try (Vigil rich =
                    waiting.patience.watch(Rig.ID, FetchAllowance.UNLIMITED).orElseThrow()) {
                assertThat(poor.news(LONG).orElseThrow().isTerminal()).isTrue();
                assertThat(rich.news(LONG).orElseThrow().isTerminal()).isTrue();
            }
        }
        assertThat(waiting.fetches()).isEqualTo(1);
    }

    @Test
    void aRefusalIsNoNews() throws Exception {
        try (Vigil poor = waiting.patience.watch(Rig.ID, this::refuse).orElseThrow()) {
            assertThat(poor.news(Duration.ofMillis(100))).isEmpty();
        }
        assertThat(waiting.fetches()).isZero();
    }

    @Test
    void anAccountPaysUntilTheLastOfItsCallersHasLeft() throws Exception {
        FetchAllowance account = () -> {
            asked.incrementAndGet();
            return Duration.ZERO;
        };
        try (Vigil poor =
                waiting.patience.watch(Rig.ID, () -> Duration.ofMinutes(1)).orElseThrow()) {
            Vigil one = waiting.patience.watch(Rig.ID, account).orElseThrow();
            Vigil other = waiting.patience.watch(Rig.ID, account).orElseThrow();
            one.close();
            await().until(() -> asked.get() > 2);
            other.close();
            int paid = asked.get();
            await().during(Duration.ofMillis(100)).until(() -> asked.get() <= paid + 1);
            assertThat(poor.news(LONG)).isPresent();
        }
    }

    private Duration refuse() {
        asked.incrementAndGet();
        return REFUSAL;
    }
}
