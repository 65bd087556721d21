package io.taskstatus.gateway.upstream;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static io.taskstatus.gateway.FakeUpstream.body;
import static io.taskstatus.gateway.FakeUpstream.closes;
import static io.taskstatus.gateway.FakeUpstream.hangs;
import static io.taskstatus.gateway.FakeUpstream.raw;
import static io.taskstatus.gateway.FakeUpstream.resets;
import static io.taskstatus.gateway.FakeUpstream.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.quarkus.test.junit.QuarkusTest;
import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.FakeUpstream.Reply;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.VerificationStatus;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the error table that one fetch can show, over a real socket. */
@QuarkusTest
class UpstreamErrorTableTest {
    private static final ExecutionId ID = new ExecutionId("abf5e6d2-f72d-4324-a046-bc6e9f27b303");
    private static final int MAX_BODY = 100_000;

    @Inject
    UpstreamGuard guard;

    private final List<String> attempts = new CopyOnWriteArrayList<>();
    private FakeUpstream upstream;
    private UpstreamClient client;

    @BeforeEach
    void start() throws IOException {
        guard.reset();
        upstream = FakeUpstream.start();
        client = client(upstream.url());
    }

    @AfterEach
    void stop() {
        client.close();
        upstream.close();
    }

    private UpstreamClient client(String url) {
        UpstreamSettings settings = new UpstreamSettings(
                URI.create(url),
                Optional.empty(),
                "task-status-gateway/test",
                Duration.ofMillis(500),
                Duration.ofMillis(600),
                Duration.ofSeconds(4),
                MAX_BODY,
                4,
                4);
        LookupObserver observer = new LookupObserver() {
            @Override
            public void attempted(String outcome, Duration took) {
                attempts.add(outcome);
            }
        };
        return new UpstreamClient(
                settings, new UpstreamWire(settings, Optional.empty()), guard, observer, Time.system());
    }

    @Test
    void aTaskGoesFromRunningToSuccess() {
        upstream.says(ID.value(), RUNNING).then(SUCCESS);
        assertThat(found().status()).isEqualTo(VerificationStatus.RUNNING);
        assertThat(found().status()).isEqualTo(VerificationStatus.SUCCESS);
        assertThat(upstream.connections()).isEqualTo(1);
        assertThat(attempts).containsExactly("Running", "Success");
    }

    private io.taskstatus.gateway.status.StatusSnapshot found() {
        return ((Fetched.Found) client.fetch(ID, Optional.empty())).snapshot();
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> rows() {
        String object = "{\"verificationStatus\":\"Success\"}";
        return Stream.of(
                arguments("404", status(404), FailureReason.EXECUTION_NOT_FOUND, 1),
                arguments("400", status(400), FailureReason.UPSTREAM_REJECTED, 1),
                arguments("401", status(401), FailureReason.UPSTREAM_AUTH, 1),
                arguments("500", status(500), FailureReason.UPSTREAM_ERROR, 2),
                arguments("502", status(502), FailureReason.UPSTREAM_ERROR, 3),
                arguments("503", status(503), FailureReason.UPSTREAM_UNAVAILABLE, 3),
                arguments("504", status(504), FailureReason.UPSTREAM_TIMEOUT, 3),
                arguments("302", status(302).with("Location", "/"), FailureReason.UPSTREAM_REDIRECT, 1),
                arguments("truncated", body(object).truncatedAfter(9), FailureReason.UPSTREAM_INVALID_BODY, 2),
                arguments(
                        "cut chunk", body(object).chunked().truncatedAfter(9), FailureReason.UPSTREAM_INVALID_BODY, 2),
                arguments("no HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n"), FailureReason.UPSTREAM_INVALID_BODY, 2),
                arguments("endless", body(object).endless(), FailureReason.UPSTREAM_BODY_TOO_LARGE, 1),
                arguments("hangs", hangs(), FailureReason.UPSTREAM_TIMEOUT, 2),
                arguments("resets", resets(), FailureReason.UPSTREAM_UNREACHABLE, 3),
                arguments("closes", closes(), FailureReason.UPSTREAM_UNREACHABLE, 3),
                arguments(
                        "another id",
                        body("{\"executionId\":\"e-2\",\"verificationStatus\":\"Success\"}"),
                        FailureReason.UPSTREAM_IDENTITY_MISMATCH,
                        2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whatIsNoStatusIsItsRow(String name, Reply reply, FailureReason reason, int fetches) {
        upstream.answers(ID.value(), reply);
        SourceFailure failure = ((Fetched.Failed) client.fetch(ID, Optional.empty())).failure();
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(upstream.fetchesOf(ID.value())).isEqualTo(fetches);
        assertThat(attempts).hasSize(fetches).containsOnly(reason.code());
    }
}
