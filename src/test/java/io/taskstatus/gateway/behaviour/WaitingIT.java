package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Prefer: wait}: one request instead of many, and one poll upstream however many wait. */
@Order(1)
class WaitingIT extends UnhurriedGateway {
    /** As many as the gateway has room for. */
    private static final int ROOM = 500;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void aWaiterGetsTheTerminalAnswer() {
        String id = anyId();
        upstream.says(id, RUNNING).then(RUNNING).then(SUCCESS);
        Response done = get(id, "Prefer", "respond-async, wait=\"30\"; x=y");
        assertThat(done.asString()).isEqualTo(FakeUpstream.bodyOf(id, SUCCESS));
        assertThat(done.header("Preference-Applied")).isEqualTo("wait=30");
        assertThat(upstream.fetchesOf(id)).isEqualTo(3);
    }

    @Test
    void afterTheWaitTheLatestRunningIsAPlain200() {
        String id = anyId();
        upstream.says(id, RUNNING);
        Response running = get(id, "Prefer", "wait=1");
        assertThat(running.statusCode()).isEqualTo(200);
        assertThat(running.asString()).contains(RUNNING);
        assertThat(running.header("Preference-Applied")).isEqualTo("wait=1");
        assertThat(upstream.fetchesOf(id)).isBetween(2, 5);
    }

    @Test
    void aChangedBodyEndsTheWaitOfOneWhoKnowsTheOldOne() {
        String id = anyId();
        upstream.answers(id, FakeUpstream.body("{\"verificationStatus\":\"Running\",\"n\":1}"))
                .then(FakeUpstream.body("{\"verificationStatus\":\"Running\",\"n\":1}"))
                .then(FakeUpstream.body("{\"verificationStatus\":\"Running\",\"n\":2}"));
        String etag = get(id).header("ETag");
        Response changed = client().header("If-None-Match", etag)
                .header("Prefer", "wait=30")
                .get(PATH + id);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(changed.asString()).contains("\"n\":2");
        Response unchanged = client().header("If-None-Match", changed.header("ETag"))
                .header("Prefer", "wait=1")
                .get(PATH + id);
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(unchanged.header("Preference-Applied")).isEqualTo("wait=1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",;=",
                "wait",
                "wait=",
                "wait=\"\"",
                "wait=abc",
                "wait=-1",
                "wait=+1",
                "wait=1.5",
                "wait=1 2",
                "wait=abc, wait=10",
                "respond-async;wait=10",
                "return=minimal"
            })
    void aMalformedWaitIsAnsweredAtOnce(String prefer) {
        String id = anyId();
        upstream.says(id, RUNNING);
        Response answer = get(id, "Prefer", prefer);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.header("Preference-Applied")).isNull();
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
    }

    @Test
    void aSlowFetchDoesNotMakeAWaitLonger() {
        String id = anyId();
        upstream.says(id, RUNNING);
        String etag = get(id).header("ETag");
        await().until(() -> get(id, "Cache-Control", "only-if-cached").statusCode() == 504);
        FakeUpstream.Gate gate = upstream.holds(id);
        Response unchanged = client().header("If-None-Match", etag)
                .header("Prefer", "wait=1")
                .get(PATH + id);
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(unchanged.header("Preference-Applied")).isEqualTo("wait=1");
        assertThat(unchanged.header("Cache-Status"))
                .matches("task-status-gateway; hit; ttl=-\\d+; detail=stale-if-error");
        assertThat(gate.arrivals()).isEqualTo(1);
        gate.release();
    }

    @Test
    void ofSeveralWaitsTheFirstCounts() {
        String id = anyId();
        upstream.says(id, RUNNING);
        Response answer = client().header("Prefer", "handling=lenient, WAIT=1;x=\"a, wait=9\"", "wait=30")
                .header("Prefer", "wait=abc")
                .get(PATH + id);
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=1");
        assertThat(answer.asString()).contains(RUNNING);
    }

    @Test
    void aHugeWaitIsHeldToTheLongest() {
        String id = anyId();
        upstream.says(id, RUNNING).then(SUCCESS);
        Response waited = get(id, "Prefer", "wait=99999999999999999999");
        assertThat(waited.header("Preference-Applied")).isEqualTo("wait=55");
        assertThat(waited.asString()).contains(SUCCESS);
        assertThat(get(id, "Prefer", "wait=56").header("Preference-Applied")).isEqualTo("wait=55");
    }

    @Test
    void anIdNotFoundIsAskedForAgainForThreeSecondsAndAFailedPollDoesNotEndAWait() throws Exception {
        String late = anyId();
        upstream.answers(late, FakeUpstream.notFound()).then(SUCCESS);
        String failing = anyId();
        upstream.says(failing, RUNNING).then(FakeUpstream.status(401)).then(SUCCESS);
        String unknown = anyId();
        upstream.answers(unknown, FakeUpstream.notFound());
        int port = port();
        try (RawClient latecomer = new RawClient(port);
                RawClient failed = new RawClient(port);
                RawClient lost = new RawClient(port)) {
            latecomer.ask("GET", PATH + late, "Prefer: wait=30");
            failed.ask("GET", PATH + failing, "Prefer: wait=30");
            lost.ask("GET", PATH + unknown, "Prefer: wait=30");

            assertThat(latecomer.answer(PATIENCE)).endsWith(FakeUpstream.bodyOf(late, SUCCESS));
            assertThat(failed.answer(PATIENCE)).endsWith(FakeUpstream.bodyOf(failing, SUCCESS));
            assertThat(lost.answer(PATIENCE)).startsWith("HTTP/1.1 404").contains("execution_not_found");
        }
        assertThat(upstream.fetchesOf(unknown)).isBetween(3, 4);
    }

    @Test
    void manyWaitersAreOnePollAndOneTooManyIsAnsweredAtOnce() throws Exception {
        String id = anyId();
        upstream.says(id, RUNNING);
        long start = System.nanoTime();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < ROOM; i++) {
            clients.add(new RawClient(port()).ask("GET", PATH + id, "Prefer: wait=30"));
        }
        await().until(() -> waiters() == ROOM);

        Response oneTooMany = get(id, "Prefer", "wait=30");
        assertThat(oneTooMany.statusCode()).isEqualTo(200);
        assertThat(oneTooMany.asString()).contains(RUNNING);
        assertThat(oneTooMany.header("Preference-Applied")).isNull();
        Response noStream = get(id, "Accept", "text/event-stream");
        assertThat(noStream.statusCode()).isEqualTo(503);
        assertThat(noStream.jsonPath().getString("code")).isEqualTo("overloaded");

        upstream.says(id, SUCCESS);
        for (RawClient client : clients) {
            assertThat(client.answer(PATIENCE))
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("Preference-Applied: wait=30")
                    .endsWith(FakeUpstream.bodyOf(id, SUCCESS));
            client.close();
        }
        long took = Duration.ofNanos(System.nanoTime() - start).toMillis();
        assertThat(upstream.fetchesOf(id)).isLessThanOrEqualTo(Math.toIntExact(took / 250) + 1);
        assertThat(waiters()).isZero();
    }

    @Test
    void whereNothingIsWaitedForNothingIsPolled() {
        String id = anyId();
        upstream.says(id, RUNNING);
        Response nothing = client().header("Cache-Control", "only-if-cached")
                .header("Prefer", "wait=30")
                .get(PATH + id);
        assertThat(nothing.jsonPath().getString("code")).isEqualTo("not_cached");
        assertThat(upstream.fetchesOf(id)).isZero();

        Response other = client().header("If-None-Match", "\"other\"")
                .header("Prefer", "wait=30")
                .get(PATH + id);
        assertThat(other.asString()).contains(RUNNING);
        assertThat(other.header("Preference-Applied")).isEqualTo("wait=30");
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
        assertThat(get(id, "Prefer", "wait=0").header("Preference-Applied")).isEqualTo("wait=0");
        await().until(() -> get(id, "Cache-Control", "only-if-cached").statusCode() == 504);
        assertThat(get(id, "Prefer", "wait=0").header("Cache-Status"))
                .isEqualTo("task-status-gateway; fwd=stale; fwd-status=200; stored");
    }

    @Test
    void whoHangsUpWaitsNoLongerEvenWhileTheFirstFetchIsUnderWay() throws Exception {
        String id = anyId();
        upstream.says(id, RUNNING);
        FakeUpstream.Gate gate = upstream.holds(id);
        RawClient early = new RawClient(port()).ask("GET", PATH + id, "Prefer: wait=50");
        await().until(() -> gate.arrivals() == 1);
        early.close();
        // the gateway has seen the end of the first by the time it answers the second
        assertThat(get(anyId()).statusCode()).isEqualTo(404);
        RawClient late = new RawClient(port()).ask("GET", PATH + id, "Prefer: wait=50");
        gate.release();
        await().until(() -> upstream.fetchesOf(id) > 2);
        late.close();

        await().until(() -> waiters() == 0);
        int polls = upstream.fetchesOf(id);
        await().during(Duration.ofMillis(600)).until(() -> upstream.fetchesOf(id) <= polls + 1);
    }
}
