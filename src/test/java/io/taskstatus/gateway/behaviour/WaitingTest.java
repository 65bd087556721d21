package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Prefer: wait}: one request instead of many, and one poll upstream however many wait. */
@QuarkusTest
@TestProfile(UnhurriedGateway.class)
class WaitingTest extends Gateway {
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
        Response running = get(id, "Prefer", "wait=2");
        assertThat(running.statusCode()).isEqualTo(200);
        assertThat(running.asString()).contains(RUNNING);
        assertThat(running.header("Preference-Applied")).isEqualTo("wait=2");
        assertThat(upstream.fetchesOf(id)).isBetween(2, 3);
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
    @ValueSource(strings = {"wait=abc", "wait=-1", "wait=", "wait", "wait=1.5", "wait=abc, wait=10", "return=minimal"})
    void aMalformedWaitIsAnsweredAtOnce(String prefer) {
        String id = anyId();
        upstream.says(id, RUNNING);
        Response answer = get(id, "Prefer", prefer);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.header("Preference-Applied")).isNull();
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
    }

    @Test
    void aHugeWaitIsHeldToTheLongest() {
        String id = anyId();
        upstream.says(id, SUCCESS);
        assertThat(get(id, "Prefer", "wait=99999999999999999999").header("Preference-Applied"))
                .isEqualTo("wait=55");
    }

    @Test
    void anUnknownIdIsAskedForAgainForThreeSeconds() {
        String id = anyId();
        upstream.answers(id, FakeUpstream.notFound()).then(SUCCESS);
        assertThat(get(id, "Prefer", "wait=30").asString()).isEqualTo(FakeUpstream.bodyOf(id, SUCCESS));
        String unknown = anyId();
        upstream.answers(unknown, FakeUpstream.notFound());
        assertThat(get(unknown, "Prefer", "wait=30").statusCode()).isEqualTo(404);
        assertThat(upstream.fetchesOf(unknown)).isBetween(3, 4);
    }

    @Test
    void aFailedPollDoesNotEndTheWait() {
        String id = anyId();
        upstream.says(id, RUNNING).then(FakeUpstream.status(401)).then(SUCCESS);
        assertThat(get(id, "Prefer", "wait=30").asString()).isEqualTo(FakeUpstream.bodyOf(id, SUCCESS));
    }

    @Test
    void manyWaitersAreOnePollAndOneTooManyIsAnsweredAtOnce() throws Exception {
        String id = anyId();
        FakeUpstream.Script script = upstream.says(id, RUNNING);
        List<Future<Response>> waiters = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 510; i++) {
                waiters.add(clients.submit(() -> get(id, "Prefer", "wait=8")));
            }
            script.then(RUNNING).then(RUNNING).then(RUNNING).then(SUCCESS);
            int atOnce = 0;
            for (Future<Response> waiter : waiters) {
                atOnce += waiter.get().header("Preference-Applied") == null ? 1 : 0;
            }
            assertThat(atOnce).isLessThanOrEqualTo(10);
        }
        assertThat(upstream.fetchesOf(id)).isLessThanOrEqualTo(9);
    }
}
