package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Server-sent events on the same URL. */
class EventStreamIT extends UnhurriedGateway {
    private Response stream(String id) {
        return get(id, "Accept", "text/event-stream");
    }

    @Test
    void eachChangedBodyIsAnEventUntilTheTaskIsTerminal() {
        String id = anyId();
        upstream.answers(id, FakeUpstream.body("{\"verificationStatus\":\n\"Running\"}"))
                .then(FakeUpstream.body("{\"verificationStatus\":\n\"Running\"}"))
                .then(SUCCESS);
        Response events = stream(id);
        assertThat(events.statusCode()).isEqualTo(200);
        assertThat(events.header("Content-Type")).startsWith("text/event-stream");
        assertThat(events.header("Cache-Control")).isEqualTo("no-store");
        assertThat(events.header("Vary")).isEqualTo("Accept");
        String all = events.asString();
        String etag = get(id).header("ETag").replace("\"", "");
        assertThat(all)
                .matches("event: status\nid: [^\n]+\ndata: \\{\"verificationStatus\":\ndata: \"Running\"}\n\n"
                        + "event: status\nid: " + etag + "\ndata: [^\n]+\n\n")
                .contains("data: " + FakeUpstream.bodyOf(id, SUCCESS) + "\n\n");
    }

    @Test
    void whoHasSeenTheTerminalEventGets204() {
        String id = anyId();
        upstream.says(id, SUCCESS);
        String etag = get(id).header("ETag").replace("\"", "");
        Response over = client().header("Accept", "text/event-stream")
                .header("Last-Event-ID", etag)
                .get(PATH + id);
        assertThat(over.statusCode()).isEqualTo(204);
        assertThat(over.header("Cache-Control")).isEqualTo("no-store");
        assertThat(over.header("Vary")).isEqualTo("Accept");
        assertThat(client().header("Accept", "text/event-stream")
                        .header("Last-Event-ID", "other")
                        .get(PATH + id)
                        .asString())
                .contains(FakeUpstream.bodyOf(id, SUCCESS));
    }

    @Test
    void whatIsKnownBeforeTheFirstEventIsAPlainProblem() {
        String unknown = anyId();
        upstream.answers(unknown, FakeUpstream.notFound());
        assertThat(stream(unknown).statusCode()).isEqualTo(404);
        assertThat(stream(unknown).header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(stream("a%2Fb").statusCode()).isEqualTo(400);
    }

    @Test
    void aLaterProblemIsAnEvent() {
        String id = anyId();
        upstream.says(id, RUNNING).then(FakeUpstream.status(400));
        assertThat(stream(id).asString())
                .containsSubsequence("event: status\n", "event: problem\ndata: {", "upstream_rejected", "}\n\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/event-stream", "text/event-stream, */*;q=0.1", "application/json;q=0.5, text/event-stream"
            })
    void eventsAreForThoseWhoNameThem(String accept) {
        String id = anyId();
        upstream.says(id, SUCCESS);
        assertThat(get(id, "Accept", accept).header("Content-Type")).startsWith("text/event-stream");
        assertThat(client().header("Accept", accept).head(PATH + id).header("Content-Type"))
                .isEqualTo("application/json");
    }

    @Test
    void aClientThatVanishesEndsThePolling() throws Exception {
        String id = anyId();
        upstream.says(id, RUNNING);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.getOutputStream()
                    .write(("GET " + PATH + id + " HTTP/1.1\r\nHost: gateway\r\nAccept: text/event-stream\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertThat(lines.lines().anyMatch(line -> line.startsWith("data: ")))
                    .isTrue();
            assertThat(waiters()).isEqualTo(1);
        }
        await().until(() -> waiters() == 0);
        int polls = upstream.fetchesOf(id);
        await().during(Duration.ofMillis(600)).until(() -> upstream.fetchesOf(id) <= polls + 1);
    }
}
