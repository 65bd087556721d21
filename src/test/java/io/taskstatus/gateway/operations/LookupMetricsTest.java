package io.taskstatus.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.FreshnessPolicy;
import io.taskstatus.gateway.lookup.Question;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.UnkeptReason;
import io.taskstatus.gateway.store.NoResultStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a flood of ids that nobody knows leaves behind. */
class LookupMetricsTest {
    private static final long MAX_SIZE = 1 << 20;

    @Test
    void aHundredThousandUnknownIdsGrowNeitherMemoryNorTheNumberOfSeries() throws InterruptedException {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        LookupMetrics metrics = new LookupMetrics(registry, Set.of("none"));
        Duration day = Duration.ofDays(1);
        StatusLookup lookup = new StatusLookup(
                new NoResultStore(),
                (id, traceparent) -> new Fetched.Failed(SourceFailure.answered(FailureReason.EXECUTION_NOT_FOUND, 404)),
                new FreshnessPolicy(day, day, day, day, day),
                MAX_SIZE,
                day,
                Runnable::run,
                metrics,
                Time.system());
        int seriesOfOne = 0;
        for (int i = 0; i < 100_000; i++) {
            metrics.answered(
                    lookup.statusOf(Question.about(new ExecutionId("unknown-" + i)))
                            .provenance(),
                    "execution_not_found",
                    "none");
            if (i == 0) {
                seriesOfOne = registry.getMeters().size();
            }
        }
        assertThat(lookup.holdings().memoryBytes()).isLessThanOrEqualTo(MAX_SIZE);
        assertThat(registry.getMeters()).hasSize(seriesOfOne);
    }

    @Test
    void closedListsAreThereBeforeTheirFirstEvent() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new LookupMetrics(registry, Set.of("none"));
        for (UnkeptReason reason : UnkeptReason.values()) {
            assertThat(registry.get("gateway.unkept.results")
                            .tag("reason", reason.label())
                            .counter()
                            .count())
                    .isZero();
        }
        assertThat(registry.get("gateway.task.running").timers()).hasSize(3);
    }

    @Test
    void whatWillBeCountedMostIsThereBeforeItsFirstEventForEveryTeam() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new LookupMetrics(registry, Set.of("blue", "other"));
        for (String team : List.of("blue", "other")) {
            assertThat(registry.get("gateway.requests")
                            .tags("source", "memory", "outcome", "Success", "team", team)
                            .counter()
                            .count())
                    .isZero();
        }
        assertThat(registry.get("gateway.upstream")
                        .tag("outcome", "Running")
                        .timer()
                        .count())
                .isZero();
    }
}
