package io.taskstatus.gateway.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import io.taskstatus.gateway.FakeUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is served at {@code /} and below {@code /console/}, and how. */
class ConsoleFilesIT extends Gateway {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/console/",
                "/console/console.css",
                "/console/console.js",
                "/console/favicon.svg",
                "/console/chart.umd.min.js",
                "/console/summary"
            })
    void everyFileIsGuarded(String path) {
        client().get(path)
                .then()
                .statusCode(200)
                .header("Content-Security-Policy", containsString("default-src 'none'; script-src 'self'"))
                .header("Content-Security-Policy", not(containsString("unsafe")))
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Content-Type", not(blankOrNullString()))
                .header("Content-Length", not(blankOrNullString()));
    }

    @Test
    void thePageBringsNoScriptAndNoStyleOfItsOwn() {
        String page = client().get("/").then().extract().asString();

        assertThat(page).doesNotContainPattern("<script(?![^>]*src=)|<style|\\sstyle=|\\son[a-z]+=|https?://");
    }

    @Test
    void anUnchangedFileIsNotSentAgain() {
        String etag = client().header("Accept-Encoding", "identity")
                .get("/console/console.js")
                .then()
                .header("Cache-Control", "no-cache")
                .header("Vary", "Accept-Encoding")
                .extract()
                .header("ETag");

        client().header("Accept-Encoding", "identity")
                .header("If-None-Match", "\"other\", W/" + etag)
                .get("/console/console.js")
                .then()
                .statusCode(304)
                .header("ETag", etag)
                .body(blankOrNullString());
    }

    @Test
    void filesAreCompressedForThoseWhoSayThatTheyCanReadIt() {
        client().header("Accept-Encoding", "br, gzip")
                .head("/console/chart.umd.min.js")
                .then()
                .header("Content-Encoding", "gzip");
        client().header("Accept-Encoding", "gzip;q=0")
                .head("/console/chart.umd.min.js")
                .then()
                .header("Content-Encoding", blankOrNullString())
                .header("Content-Length", "208522");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console",
                "/console/nothing.js",
                "/console/../application.properties",
                "/console/%2e%2e/application.properties",
                "/console/sub/console.js",
                "/webjars/chart.js/4.5.1/dist/chart.umd.min.js",
                "/axe.min.js"
            })
    void nothingElseIsThere(String path) {
        client().get(path)
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("code", equalTo("route_not_found"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/console/console.js", "/console/summary"})
    void itIsReadAndNothingElse(String path) {
        client().head(path).then().statusCode(200).body(blankOrNullString());
        client().post(path)
                .then()
                .statusCode(405)
                .header("Allow", containsString("GET"))
                .body("code", equalTo("method_not_allowed"));
    }

    @Test
    void theSummaryCountsAndNamesNoId() {
        upstream.says("e-secret-name", FakeUpstream.SUCCESS);
        for (int i = 0; i < 3; i++) {
            client().get("/task/function/execution-status/e-secret-name").then().statusCode(200);
        }

        // a summary stands for a second
        await().untilAsserted(() -> {
            String summary = client().get("/console/summary")
                    .then()
                    .statusCode(200)
                    .contentType("application/json")
                    .header("Cache-Control", "no-store")
                    .body("version", equalTo("1.0.0"))
                    .body("runtime", equalTo(GatewayProcess.isNative() ? "native" : "jvm"))
                    .body("requests.memory", greaterThanOrEqualTo(2))
                    .body("requests.upstream", greaterThanOrEqualTo(1))
                    .body("outcomes.Success", greaterThanOrEqualTo(3))
                    .body("callsAvoided", greaterThanOrEqualTo(2))
                    .body("upstream.attempts", greaterThanOrEqualTo(1))
                    .body("upstream.outcomes.Success", greaterThanOrEqualTo(1))
                    .body("upstream.circuitOpen", equalTo(false))
                    .body("upstream.paused", equalTo(false))
                    .body("upstream.inFlight", greaterThanOrEqualTo(0))
                    .body("latency.count", greaterThanOrEqualTo(3))
                    .body("latency.buckets.size()", greaterThanOrEqualTo(5))
                    .body("waiters", greaterThanOrEqualTo(0))
                    .body("store.up", equalTo(true))
                    .body("memory.entries", greaterThanOrEqualTo(1))
                    .extract()
                    .asString();
            assertThat(summary).doesNotContain("secret");
        });
    }
}
