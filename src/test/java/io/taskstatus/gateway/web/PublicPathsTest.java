package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.web.PublicPaths.Place;
import io.vertx.core.http.impl.HttpUtils;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a path leads, however it is spelled. */
class PublicPathsTest {
    private static final String STATUS = PublicPaths.STATUS;

    @ParameterizedTest
    @CsvSource({
        "abc,abc",
        "%61bc,abc",
        "0f8fad5b-d9cb-469f-a165-70867728950e,0f8fad5b-d9cb-469f-a165-70867728950e",
        "a..b,a..b",
        "...,...",
        "..a,..a",
        "a%2e,a.",
        "%7e,~"
    })
    void aStatusHasAnId(String encoded, String id) {
        assertThat(placeOf(STATUS + encoded)).isEqualTo(Place.STATUS);
        assertThat(PublicPaths.idOf(STATUS + encoded)).map(ExecutionId::value).contains(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a%2Fb",
                "%2f",
                "a%252Fb",
                "%00",
                "%0d%0a",
                "a;x=1",
                "a%3Bb",
                "%E2%80%AE",
                "%zz",
                "%",
                "a%2",
                "a+b",
                "a%20b",
                "%5c",
                "a\\b",
                "*",
                "{id}",
                "%2e%2e%2f",
                "a%2F..%2Fb"
            })
    void aStatusWithoutAValidIdIsStillThatPlace(String encoded) {
        assertThat(placeOf(STATUS + encoded)).isEqualTo(Place.STATUS);
        assertThat(PublicPaths.idOf(STATUS + encoded)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/task/function/execution-status",
                "/task/function/execution-status/abc/",
                "/task/function/execution-status//abc",
                "/task/function/execution-status/abc/def",
                "/task/function/execution-status/.",
                "/task/function/execution-status/..",
                "/task/function/execution-status/%2e",
                "/task/function/execution-status/%2E%2e",
                "/task/function/execution-status/.%2e",
                "/task/function/execution-status/../execution-status/abc",
                "/task/function/execution-status/./abc",
                "/task/./function/execution-status/abc",
                "/task/function/../function/execution-status/abc",
                "//task/function/execution-status/abc",
                "/task//function/execution-status/abc",
                "/TASK/function/execution-status/abc",
                "/task/function/execution-statuses/abc",
                "/task/function/execute",
                "/task",
                "//",
                "/console",
                "/console//",
                "/console//summary",
                "/console/summary/",
                "/openapi/",
                "/openapi/x",
                "/consoles",
                "/q/metrics",
                "/admin/results",
                "/%2e%2e/x",
                "*",
                ""
            })
    void allElseIsNowhere(String path) {
        assertThat(placeOf(path)).isEqualTo(Place.NOWHERE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/console/",
                "/console/app.js",
                "/console/summary",
                "/openapi",
                "/x/../openapi",
                "/./console/app.js",
                "/task/function/execution-status/../../../console/app.js"
            })
    void pagesAreFoundAfterDotSegmentsAreResolved(String path) {
        assertThat(placeOf(path)).isEqualTo(Place.PAGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/../task/function/execution-status/abc",
                "/console/../../etc/passwd",
                "/console/.." + "/q/metrics"
            })
    void dotSegmentsLeadOutOfThePages(String path) {
        assertThat(placeOf(path)).isEqualTo(Place.NOWHERE);
    }

    @Property(tries = 500)
    void anyPathLeadsSomewhereAndNeverToAnIdWithASlash(
            @ForAll @StringLength(max = 40) @Chars({'/', '.', '%', '2', 'e', 'f', 'E', 'F', '5', 'c', ';', '?'})
                    String tail) {
        for (String path : new String[] {"/" + tail, STATUS + tail}) {
            Place place = placeOf(path);
            if (place == Place.STATUS) {
                PublicPaths.idOf(path).ifPresent(id -> assertThat(id.value()).matches("[A-Za-z0-9._~-]{1,128}"));
            }
        }
    }

    @Property(tries = 200)
    void everyWellFormedIdIsFound(
            @ForAll @StringLength(min = 1, max = 128) @CharRange(from = 'A', to = 'Z') @CharRange(from = '0', to = '9')
                    String id) {
        assertThat(placeOf(STATUS + id)).isEqualTo(Place.STATUS);
        assertThat(PublicPaths.idOf(STATUS + id)).map(ExecutionId::value).contains(id);
    }

    private static Place placeOf(String path) {
        return PublicPaths.placeOf(path, resolved(path));
    }

    /** As the server resolves it; what can't be decoded is nothing. */
    private static String resolved(String path) {
        try {
            return path.startsWith("/") ? HttpUtils.normalizePath(path) : path;
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }
}
