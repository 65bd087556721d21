package io.taskstatus.gateway.upstream;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static io.taskstatus.gateway.FakeUpstream.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Large bodies share the heap: those that find no room wait, and what waits in vain says nothing against the upstream. */
@QuarkusTest
@Tag("quarkus")
class BodyRoomTest {
    private static final int LARGE = 700_000;
    private static final String FRAME = "{\"verificationStatus\":\"Success\",\"output\":\"\"}";
    private static final String BODY = FRAME.replace("\"\"}", "\"" + "x".repeat(LARGE - FRAME.length()) + "\"}");

    private final BodyRoom room = new BodyRoom(1_000_000);
    private Rig rig;

    @BeforeEach
    void start() throws IOException {
        FakeUpstream upstream = FakeUpstream.start();
        UpstreamSettings settings = Rig.settings(upstream.url(), 1_000_000, Rig.ATTEMPT_TIMEOUT, Rig.DEADLINE);
        rig = new Rig(upstream, settings, new UpstreamWire(settings, Optional.empty()), room);
        rig.upstream.answers("large", body(BODY));
        rig.upstream.answers("chunked", body(BODY).chunked());
        rig.upstream.answers("stuck", body(BODY).truncatedAfter(300_000).hanging());
        rig.upstream.says("small", SUCCESS);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aBodyThatFindsNoRoomInTimeIsOverloadedAndASmallOneNeedsNone() throws InterruptedException {
        try (BodyRoom.Share taken = room.share()) {
            taken.take(1_000_000);

            assertThat(rig.failure("large")).isEqualTo(SourceFailure.unfetched(FailureReason.OVERLOADED));
            assertThat(rig.failure("chunked")).isEqualTo(SourceFailure.unfetched(FailureReason.OVERLOADED));
            assertThat(rig.found("small").body()).isNotEmpty();
        }
        assertThat(rig.attempts).containsExactly("overloaded", "overloaded", "Success");
        assertThat(rig.found("large").body()).hasSize(LARGE);
    }

    @Test
    void aBodyThatWaitsIsReadOnceThereIsRoom() throws Exception {
        FutureTask<StatusSnapshot> large = new FutureTask<>(() -> rig.found("large"));
        try (BodyRoom.Share taken = room.share()) {
            taken.take(1_000_000);
            Thread.ofVirtual().start(large);
            await().until(() -> rig.upstream.fetchesOf("large") == 1);
        }

        assertThat(large.get().body()).hasSize(LARGE);
        assertThat(rig.attempts).containsExactly("Success");
    }

    @Test
    void roomComesBackHoweverAnAttemptEnds() {
        for (int i = 0; i < 2; i++) {
            assertThat(rig.failure("stuck").reason()).isEqualTo(FailureReason.UPSTREAM_TIMEOUT);
            assertThat(rig.found("large").body()).hasSize(LARGE);
            assertThat(rig.found("chunked").body()).hasSize(LARGE);
        }
    }
}
