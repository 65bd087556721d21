package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Question.Directive;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How request headers are read: examples. Properties are beside this. */
class RequestDirectivesTest {
    private static final Duration MAX = Duration.ofSeconds(55);
    private static final String ETAG = "\"abc\"";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-cache | NO_CACHE",
                "max-age=0 | NO_CACHE",
                "max-age = 0 | NO_CACHE",
                "max-age=\"0\" | NO_CACHE",
                "no-store, No-Cache | NO_CACHE",
                "no-cache, only-if-cached | ONLY_IF_CACHED",
                "only-if-cached, max-age=0 | ONLY_IF_CACHED",
                "max-age=1 | NONE",
                "max-age= | NONE",
                "max-age | NONE",
                "max-age=-0 | NONE",
                "max-age=0s | NONE",
                "no-cached | NONE",
                "ext=\"no-cache, only-if-cached\" | NONE",
                "'' | NONE",
                ",, , | NONE"
            })
    void cacheControlIsRead(String value, Directive directive) {
        assertThat(RequestDirectives.cacheControl(List.of(value))).isEqualTo(directive);
    }

    @Test
    void linesOfOneFieldAreOneList() {
        assertThat(RequestDirectives.cacheControl(List.of("no-store", "no-cache", "only-if-cached")))
                .isEqualTo(Directive.ONLY_IF_CACHED);
        assertThat(RequestDirectives.cacheControl(List.of())).isEqualTo(Directive.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wait=10 | 10",
                "Wait=10 | 10",
                "wait = 10 | 10",
                "wait=\"10\" | 10",
                "wait=0 | 0",
                "wait=007 | 7",
                "wait=56 | 55",
                "wait=99999999999999999999 | 55",
                "respond-async, wait=10 | 10",
                "wait=10, wait=20 | 10",
                "wait=10; x=y | 10",
                "foo=\"a, wait=1\", wait=2 | 2"
            })
    void aPreferredWaitIsRead(String value, long seconds) {
        assertThat(RequestDirectives.preferredWait(List.of(value), MAX)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "wait",
                "wait=",
                "wait=x",
                "wait=-1",
                "wait=+1",
                "wait=1.5",
                "wait=1s",
                "wait=\u0661",
                "awaits=3",
                "wait=x, wait=5",
                "respond-async",
                "foo; wait=5"
            })
    void aMalformedOrMissingWaitIsNone(String value) {
        assertThat(RequestDirectives.preferredWait(List.of(value), MAX)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"abc\"",
                "W/\"abc\"",
                "*",
                "\"x\", \"abc\"",
                "\"x\\\", \"abc\"",
                "\"x,y\",W/\"abc\"",
                "  \"abc\"  ",
                ", \"abc\""
            })
    void anEntityTagIsFound(String value) {
        assertThat(RequestDirectives.noneMatchNames(List.of(value), ETAG)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "\"ABC\"", "w/\"abc\"", "\"abc", "\"x, \\\"abc\\\"\"", "\"abcd\"", "W/abc"})
    void anotherTagIsNot(String value) {
        assertThat(RequestDirectives.noneMatchNames(List.of(value), ETAG)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/event-stream",
                "TEXT/Event-Stream",
                "text/event-stream; charset=utf-8",
                "text/event-stream, application/json;q=0.9",
                "text/event-stream, application/json",
                "text/event-stream;q=0.5, */*;q=0.1",
                "text/html, text/event-stream;q=0.2"
            })
    void eventsAreWanted(String value) {
        assertThat(RequestDirectives.wantsEvents(List.of(value))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*/*",
                "text/*",
                "application/json",
                "text/event-stream;q=0",
                "text/event-stream;q=0.000",
                "text/event-stream;q=abc",
                "text/event-stream;q=0.5, application/json",
                "text/event-stream;q=0.5, */*",
                "text/event-stream;q=0.5, application/*;q=0.6",
                "text/event-streams",
                ";;,;=,\"",
                "text/html"
            })
    void jsonIsWanted(String value) {
        assertThat(RequestDirectives.wantsEvents(List.of(value))).isFalse();
    }

    @Test
    void aMoreSpecificRangeDecidesForJson() {
        assertThat(RequestDirectives.wantsEvents(
                        List.of("text/event-stream;q=0.5", "application/json;q=0.1", "*/*;q=0.9")))
                .isTrue();
        assertThat(RequestDirectives.wantsEvents(List.of("*/*;q=0.1, application/json;q=0.9, text/event-stream;q=0.5")))
                .isFalse();
    }

    @Test
    void aValidTraceparentIsTaken() {
        String valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        assertThat(RequestDirectives.traceparent(List.of(valid))).contains(valid);
        assertThat(RequestDirectives.traceIdOf(valid)).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(RequestDirectives.traceparent(List.of(valid, valid))).isEmpty();
        assertThat(RequestDirectives.traceparent(List.of())).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n",
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01"
            })
    void anInvalidTraceparentIsNot(String value) {
        assertThat(RequestDirectives.traceparent(List.of(value))).isEmpty();
    }
}
