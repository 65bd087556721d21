package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.FakeUpstream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** SIGTERM: everybody is answered, and the process ends in time. */
@Execution(ExecutionMode.CONCURRENT)
class ShutdownIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void toldToStopItAnswersEverybodyAndEnds() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayProcess gateway = GatewayProcess.start(
                        "-Dgateway.upstream.url=" + upstream.url(),
                        "-Dgateway.upstream.attempt-timeout=8s",
                        "-Dgateway.upstream.deadline=9s",
                        "-Dgateway.store.kind=none");
                RawClient inFlight = new RawClient(gateway.port());
                RawClient waiting = new RawClient(gateway.port());
                RawClient streaming = new RawClient(gateway.port())) {
            upstream.says("patient", RUNNING);
            upstream.says("slow", SUCCESS);
            FakeUpstream.Gate gate = upstream.holds("slow");
            inFlight.ask("GET", Gateway.PATH + "slow");
            waiting.ask("GET", Gateway.PATH + "patient", "Prefer: wait=50");
            streaming.ask("GET", Gateway.PATH + "patient", "Accept: text/event-stream");
            await().until(() -> gate.arrivals() == 1 && upstream.fetchesOf("patient") > 1);

            gateway.tellToStop();

            assertThat(waiting.answer(PATIENCE))
                    .startsWith("HTTP/1.1 200")
                    .endsWith(FakeUpstream.bodyOf("patient", RUNNING));
            gate.release();
            assertThat(inFlight.answer(PATIENCE))
                    .startsWith("HTTP/1.1 200")
                    .endsWith(FakeUpstream.bodyOf("slow", SUCCESS));
            assertThat(streaming.everything(PATIENCE))
                    .startsWith("HTTP/1.1 200")
                    .contains("event: status");
            assertThat(gateway.exitCode(Duration.ofSeconds(15))).isIn(0, 143);
        }
    }

    @Test
    void aFetchThatNeverEndsHoldsTheEndUpForFifteenSecondsAtMost() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayProcess gateway = GatewayProcess.start(
                        "-Dgateway.upstream.url=" + upstream.url(),
                        "-Dgateway.upstream.attempt-timeout=60s",
                        "-Dgateway.upstream.deadline=60s",
                        "-Dgateway.store.kind=none");
                RawClient inFlight = new RawClient(gateway.port())) {
            upstream.answers("endless", FakeUpstream.hangs());
            inFlight.ask("GET", Gateway.PATH + "endless");
            await().until(() -> upstream.fetchesOf("endless") == 1);

            gateway.tellToStop();

            assertThat(gateway.exitCode(Duration.ofSeconds(15))).isIn(0, 143);
        }
    }
}
