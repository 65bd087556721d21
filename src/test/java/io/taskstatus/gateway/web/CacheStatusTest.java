package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Outcome;
import io.taskstatus.gateway.lookup.Provenance;
import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Time;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** {@code Cache-Status} tells how an answer was obtained (RFC 9211). */
class CacheStatusTest {
    @Test
    void aTerminalHitNamesItsTier() {
        assertThat(StatusReply.cacheStatus(Provenance.MEMORY_HIT)).isEqualTo("task-status-gateway; hit; detail=memory");
        assertThat(StatusReply.cacheStatus(hit(Outcome.STORE, Provenance.NO_TTL)))
                .isEqualTo("task-status-gateway; hit; detail=store");
        assertThat(StatusReply.cacheStatus(hit(Outcome.SHARED, Provenance.NO_TTL)))
                .isEqualTo("task-status-gateway; hit; detail=shared");
    }

    @Test
    void aHitThatIsNotTerminalTellsItsFreshness() {
        assertThat(StatusReply.cacheStatus(hit(Outcome.MEMORY, 3)))
                .isEqualTo("task-status-gateway; hit; detail=memory; ttl=3");
        assertThat(StatusReply.cacheStatus(hit(Outcome.SHARED, 0)))
                .isEqualTo("task-status-gateway; hit; detail=shared; ttl=0");
    }

    @Test
    void aStaleRunningSaysSo() {
        assertThat(StatusReply.cacheStatus(hit(Outcome.STALE, -7)))
                .isEqualTo("task-status-gateway; hit; ttl=-7; detail=stale-if-error");
        assertThat(StatusReply.cacheStatus(
                        new Provenance(Outcome.STALE, Forward.STALE, 503, false, true, Provenance.NO_TTL, false)))
                .isEqualTo("task-status-gateway; fwd=stale; fwd-status=503; collapsed; detail=stale-if-error");
    }

    @Test
    void aFetchTellsWhyAndWhatCameOfIt() {
        assertThat(StatusReply.cacheStatus(
                        new Provenance(Outcome.UPSTREAM, Forward.URI_MISS, 200, true, false, Provenance.NO_TTL, true)))
                .isEqualTo("task-status-gateway; fwd=uri-miss; fwd-status=200; stored");
        assertThat(StatusReply.cacheStatus(
                        new Provenance(Outcome.JOINED, Forward.REQUEST, 404, false, true, Provenance.NO_TTL, false)))
                .isEqualTo("task-status-gateway; fwd=request; fwd-status=404; collapsed");
        assertThat(StatusReply.cacheStatus(
                        new Provenance(Outcome.UPSTREAM, Forward.STALE, 0, true, false, Provenance.NO_TTL, true)))
                .isEqualTo("task-status-gateway; fwd=stale; stored");
    }

    @Test
    void retryAfterIsWholeSecondsAndAtLeastOne() {
        Time time = Time.system();

        assertThat(StatusReply.retryAfter(OptionalLong.empty(), time)).isEqualTo(1);
        assertThat(StatusReply.retryAfter(OptionalLong.of(time.ticks() - 5), time))
                .isEqualTo(1);
        assertThat(StatusReply.retryAfter(OptionalLong.of(time.ticks() + 59_500_000_000L), time))
                .isEqualTo(60);
    }

    private static Provenance hit(Outcome outcome, long ttl) {
        return new Provenance(outcome, Forward.NONE, 0, false, false, ttl, false);
    }
}
