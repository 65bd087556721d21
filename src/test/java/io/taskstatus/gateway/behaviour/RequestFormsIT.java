package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static io.taskstatus.gateway.FakeUpstream.bodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.FakeUpstream.Gate;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What HTTP allows a request to look like, and clients seldom use. */
class RequestFormsIT extends Gateway {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Test
    void ofAnAbsoluteTargetOnlyThePathCounts() throws IOException {
        String id = anyId();
        upstream.says(id, SUCCESS);
        String origin = "http://elsewhere.example:81";
        try (RawClient client = new RawClient(port())) {
            for (String source : List.of("fwd=uri-miss", "hit; detail=memory")) {
                assertThat(client.ask("GET", origin + PATH + id + "?x=1").answer(PATIENCE))
                        .startsWith("HTTP/1.1 200")
                        .contains(source)
                        .endsWith(bodyOf(id, SUCCESS));
            }
            assertThat(client.ask("GET", origin + PATH + "a%2Fb").answer(PATIENCE))
                    .startsWith("HTTP/1.1 400")
                    .contains("\"instance\":\"" + PATH + "a%2Fb\"");
            assertThat(client.ask("GET", origin + "/nope").answer(PATIENCE)).startsWith("HTTP/1.1 404");
        }
        assertThat(upstream.requestsOf(id))
                .extracting(FakeUpstream.Request::target)
                .containsExactly("/prefix" + PATH + id);
    }

    @Test
    void aRequestIsForOneHost() throws IOException {
        String id = anyId();
        upstream.says(id, SUCCESS);
        for (String hosts : List.of("", "Host: a\r\nHost: b\r\n", "Host: a\r\nhost: a\r\n")) {
            try (RawClient client = new RawClient(port())) {
                assertThat(client.send("GET " + PATH + id + " HTTP/1.1\r\n" + hosts + "\r\n")
                                .answer(PATIENCE))
                        .startsWith("HTTP/1.1 400 ");
            }
        }
        assertThat(upstream.fetchesOf(id)).isZero();
    }

    @Test
    void requestsThatComeTogetherAreAnsweredInTheirOrder() throws IOException {
        String slow = anyId();
        String quick = anyId();
        String known = anyId();
        for (String id : List.of(slow, quick, known)) {
            upstream.says(id, SUCCESS);
        }
        get(known);
        Gate gate = upstream.holds(slow);
        try (RawClient client = new RawClient(port())) {
            for (String id : List.of(slow, known, quick, "a%2Fb", known)) {
                client.ask("GET", PATH + id);
            }
            await().until(() -> gate.arrivals() == 1);
            gate.release();
            for (String id : List.of(slow, known, quick)) {
                assertThat(client.answer(PATIENCE)).endsWith(bodyOf(id, SUCCESS));
            }
            assertThat(client.answer(PATIENCE)).startsWith("HTTP/1.1 400");
            assertThat(client.answer(PATIENCE)).endsWith(bodyOf(known, SUCCESS));
        }
    }

    @Test
    void anAnswerInHttp10EndsWithTheConnectionAndHasNoChunks() throws IOException {
        String id = anyId();
        upstream.says(id, RUNNING).then(SUCCESS);
        String stream = inHttp10(id, "Accept: text/event-stream\r\n");
        assertThat(stream).contains("event: status\n").endsWith("data: " + bodyOf(id, SUCCESS) + "\n\n");
        assertThat(inHttp10(id, "Connection: keep-alive\r\nAccept: text/event-stream\r\n"))
                .endsWith("data: " + bodyOf(id, SUCCESS) + "\n\n");
        String hit = inHttp10(id, "");
        assertThat(hit).endsWith(bodyOf(id, SUCCESS));
        assertThat(List.of(stream, hit))
                .allSatisfy(answer ->
                        assertThat(answer).startsWith("HTTP/1.0 200").doesNotContainIgnoringCase("transfer-encoding"));
    }

    private String inHttp10(String id, String field) throws IOException {
        try (RawClient client = new RawClient(port())) {
            return client.send("GET " + PATH + id + " HTTP/1.0\r\n" + field + "\r\n")
                    .everything(PATIENCE);
        }
    }
}
