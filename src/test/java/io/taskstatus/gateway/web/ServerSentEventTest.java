package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The form of an event, and the pieces it goes out in. */
class ServerSentEventTest {
    private static List<String> piecesOf(ServerSentEvent event) {
        List<String> pieces = new ArrayList<>();
        for (Buffer piece : event) {
            pieces.add(piece.toString(StandardCharsets.ISO_8859_1));
        }
        return pieces;
    }

    private static ServerSentEvent status(String data) {
        return ServerSentEvent.status("tag", data.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource({"{}|1", "{LF}|2", "{CR}|2", "{CRLF}|2", "{CRLFLFCR}|4", "{}LF|2", "CRLF{}|2", "LFCR|3"})
    void eachLineHasAFieldOfItsOwn(String line) {
        String data = line.substring(0, line.indexOf('|')).replace("CR", "\r").replace("LF", "\n");
        int fields = Integer.parseInt(line.substring(line.indexOf('|') + 1));

        String event = String.join("", piecesOf(status(data)));

        assertThat(event).startsWith("event: status\nid: tag\ndata: ").endsWith("\n\n");
        assertThat(event.lines().filter(field -> field.startsWith("data: "))).hasSize(fields);
        assertThat(event.replace("\n\n", "\n")).doesNotContain("\r");
        assertThat(String.join(
                        "",
                        event.lines()
                                .map(field -> field.replaceFirst("^(data|id|event): (status|tag)?", ""))
                                .toList()))
                .isEqualTo(data.replaceAll("[\r\n]", ""));
    }

    @Test
    void aLargeBodyGoesOutInPiecesOfBoundedSize() {
        String data = ("x".repeat(9_999) + "\r\n").repeat(20) + "\n".repeat(50_000) + "y".repeat(100_000);

        List<String> pieces = piecesOf(status(data));

        assertThat(pieces).hasSizeGreaterThan(20).allMatch(piece -> piece.length() <= 16 * 1024 + 16);
        String expected =
                "event: status\nid: tag\ndata: " + String.join("\ndata: ", data.split("\r\n|\r|\n", -1)) + "\n\n";
        assertThat(String.join("", pieces)).isEqualTo(expected);
    }

    @Test
    void aHeartbeatIsACommentAlone() {
        assertThat(piecesOf(ServerSentEvent.HEARTBEAT)).containsExactly(": still here\n\n");
    }
}
