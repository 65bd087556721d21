package io.taskstatus.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.upstream.UpstreamReply.BodyEnd;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamFailuresTest {
    private static UpstreamReply reply(int status, Optional<String> retryAfter, String body) {
        return new UpstreamReply(
                status, "application/json", "", retryAfter, body.getBytes(StandardCharsets.UTF_8), BodyEnd.COMPLETE);
    }

    private static AttemptFailed of(int status) {
        return UpstreamFailures.of(reply(status, Optional.empty(), "{\"message\":\"why\"}"));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308, 408, 500, 501, 502, 503, 504, 505, 599})
    void theseCountForTheCircuit(int status) {
        assertThat(of(status)).isInstanceOf(AttemptFailed.Counted.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 204, 304, 400, 401, 402, 403, 404, 409, 410, 429, 451, 199, 600, 999})
    void theseSayNothingAgainstTheUpstream(int status) {
        assertThat(of(status)).isNotInstanceOf(AttemptFailed.Counted.class);
    }

    @ParameterizedTest
    @EnumSource(value = WireException.Kind.class, names = "NO_ROOM", mode = EnumSource.Mode.EXCLUDE)
    void noAnswerAlwaysCounts(WireException.Kind kind) {
        assertThat(UpstreamFailures.of(kind)).isInstanceOf(AttemptFailed.Counted.class);
        assertThat(UpstreamFailures.of(kind).failure().upstreamStatus()).isEmpty();
    }

    @Test
    void thatWeHaveNoRoomSaysNothingAgainstTheUpstream() {
        assertThat(UpstreamFailures.of(WireException.Kind.NO_ROOM)).isNotInstanceOf(AttemptFailed.Counted.class);
    }

    @Test
    void whatTheBodyIsCountsButNotWhoseItIsOrHowLarge() {
        assertThat(UpstreamFailures.invalidBody(200)).isInstanceOf(AttemptFailed.Counted.class);
        assertThat(UpstreamFailures.anotherExecution()).isNotInstanceOf(AttemptFailed.Counted.class);
        assertThat(UpstreamFailures.bodyTooLarge()).isNotInstanceOf(AttemptFailed.Counted.class);
    }

    @Test
    void aPauseDoesNotCount() {
        AttemptFailed pausing = UpstreamFailures.of(reply(503, Optional.of("x"), ""));
        assertThat(pausing).isNotInstanceOf(AttemptFailed.Counted.class);
        assertThat(pausing.furtherAttempts()).isZero();
        assertThat(pausing.failure().reason()).isEqualTo(FailureReason.UPSTREAM_UNAVAILABLE);
    }

    @Test
    void theUpstreamsWordsAreKept() {
        assertThat(of(500).failure().message()).contains("why");
        assertThat(of(500).failure().upstreamStatus()).hasValue(500);
        assertThat(UpstreamFailures.of(reply(500, Optional.empty(), "<h1>why</h1>"))
                        .failure()
                        .message())
                .isEmpty();
    }
}
