package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.taskstatus.gateway.FakeUpstream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators do with stored results, on the management port. */
class AdminRoutesIT extends Gateway {
    private static final int LIMIT = 8 << 20;

    /** Bodies are sent as they are, whatever their type is called. */
    private static final RestAssuredConfig AS_IT_IS = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig()
                    .encodeContentTypeAs("application/x-ndjson", ContentType.TEXT)
                    .encodeContentTypeAs("application/x-www-form-urlencoded", ContentType.TEXT)
                    .appendDefaultContentCharsetToContentTypeIfUndefined(false));

    private String results() {
        return management("/admin/results");
    }

    private RequestSpecification operator() {
        return given().config(AS_IT_IS)
                .urlEncodingEnabled(false)
                .header("Authorization", "Bearer " + ADMIN_TOKEN)
                .contentType("application/x-ndjson");
    }

    private Response inspect(String id) {
        return operator().get(results() + "/" + id);
    }

    private Response purge(String id) {
        return operator().delete(results() + "/" + id);
    }

    private Response bring(String lines) {
        return operator().body(lines).post(results());
    }

    /** The line of {@code id} in an export. */
    private String exported(String id) {
        return operator()
                .get(results())
                .asString()
                .lines()
                .filter(line -> line.contains("\"executionId\":\"" + id + "\""))
                .findFirst()
                .orElseThrow();
    }

    private static void isProblem(Response response, int status, String code) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.contentType()).isEqualTo("application/problem+json");
        assertThat(response.jsonPath().getString("code")).isEqualTo(code);
        assertThat(response.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void withoutTheTokenNothingIsSaid() {
        for (String value : List.of("Bearer another", "Basic b3BlcmF0b3I=", "Bearer")) {
            Response refused = given().header("Authorization", value).get(results());
            isProblem(refused, 401, "unauthorized");
            assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
        }
        isProblem(given().get(results() + "/" + anyId()), 401, "unauthorized");
        isProblem(given().delete(results() + "/" + anyId()), 401, "unauthorized");
        isProblem(given().post(results()), 401, "unauthorized");
    }

    @Test
    void otherMethodsAndPathsAreProblems() {
        Response put = operator().put(results());
        isProblem(put, 405, "method_not_allowed");
        assertThat(put.header("Allow")).isEqualTo("GET, POST");
        assertThat(operator().post(results() + "/" + anyId()).header("Allow")).isEqualTo("GET, DELETE");
        isProblem(operator().get(results() + "/a%2Fb"), 400, "invalid_execution_id");
        isProblem(operator().get(results().replace("results", "others")), 404, "route_not_found");
    }

    @Test
    void theAdminRoutesAreNotOnThePublicPort() {
        assertThat(client().get("/admin/results").statusCode()).isEqualTo(404);
    }

    @Test
    void whatEachTierHoldsIsShown() {
        String id = anyId();
        isProblem(inspect(id), 404, "execution_not_found");
        upstream.says(id, SUCCESS);
        Response got = get(id);
        Response shown = inspect(id);
        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(shown.jsonPath().getList("tiers.tier")).isEqualTo(List.of("memory", "store"));
        assertThat(shown.jsonPath().getList("tiers.status")).isEqualTo(List.of("Success", "Success"));
        assertThat(shown.jsonPath().getList("tiers.etag")).containsOnly(got.header("ETag"));
        assertThat(shown.jsonPath().getList("tiers.size")).containsOnly(got.asByteArray().length);
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
    }

    @Test
    void aPurgedResultIsFetchedAnew() {
        String id = anyId();
        upstream.says(id, SUCCESS);
        get(id);
        Response purged = purge(id);
        assertThat(purged.statusCode()).isEqualTo(200);
        assertThat(purged.jsonPath().getList("removed")).isEqualTo(List.of("memory", "store"));
        isProblem(inspect(id), 404, "execution_not_found");
        get(id);
        assertThat(upstream.fetchesOf(id)).isEqualTo(2);
        assertThat(purge(anyId()).jsonPath().getList("removed")).isEmpty();
    }

    @Test
    void anExportComesBackAfterAPurgeByteForByte() {
        String id = anyId();
        upstream.says(id, SUCCESS);
        Response before = get(id);
        String line = exported(id);
        purge(id);
        Response imported = bring(line + "\n");
        assertThat(imported.statusCode()).isEqualTo(200);
        assertThat(imported.jsonPath().getMap("")).isEqualTo(Map.of("imported", 1, "alreadyThere", 0, "conflicts", 0));
        assertThat(bring(line).jsonPath().getInt("alreadyThere")).isOne();
        Response after = get(id);
        assertThat(after.asByteArray()).isEqualTo(before.asByteArray());
        assertThat(after.header("ETag")).isEqualTo(before.header("ETag"));
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
    }

    @Test
    void anImportMakesARunningTaskTerminal() {
        String done = anyId();
        upstream.says(done, SUCCESS);
        get(done);
        String line = exported(done);
        purge(done);
        upstream.says(done, RUNNING);
        assertThat(get(done).asString()).contains(RUNNING);
        assertThat(bring(line).jsonPath().getInt("imported")).isOne();
        assertThat(get(done).asString()).isEqualTo(FakeUpstream.bodyOf(done, SUCCESS));
    }

    @Test
    void theFirstBadLineEndsAnImportAndTheGoodOnesBeforeItAreKept() {
        String first = anyId();
        String second = anyId();
        upstream.says(first, SUCCESS);
        upstream.says(second, SUCCESS);
        get(first);
        get(second);
        String lines = exported(first) + "\n" + exported(second).replace("\"sha256\":\"", "\"sha256\":\"0") + "\n";
        purge(first);
        purge(second);
        Response refused = bring(lines);
        isProblem(refused, 400, "invalid_import");
        assertThat(refused.jsonPath().getString("detail")).startsWith("Line 2").contains("sha256");
        assertThat(inspect(first).statusCode()).isEqualTo(200);
        assertThat(inspect(second).statusCode()).isEqualTo(404);
    }

    @Test
    void anImportTakesEightMebibytesAndNoMore() {
        assertThat(bring("\n".repeat(LIMIT)).statusCode()).isEqualTo(200);
        isProblem(bring("\n".repeat(LIMIT + 1)), 413, "import_too_large");
        isProblem(bring("\n".repeat(2 * LIMIT)), 413, "import_too_large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "application/json", "text/plain"})
    void anImportIsReadWhateverItsTypeSays(String type) {
        String id = anyId();
        upstream.says(id, SUCCESS);
        get(id);
        Response imported = operator().contentType(type).body(exported(id)).post(results());
        assertThat(imported.jsonPath().getInt("alreadyThere")).isOne();
    }
}
