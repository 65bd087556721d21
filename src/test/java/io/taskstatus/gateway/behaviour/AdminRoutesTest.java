package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.taskstatus.gateway.FakeUpstream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators do with stored results, on the management port. */
@QuarkusTest
@TestProfile(AgainstUpstream.class)
class AdminRoutesTest extends Gateway {
    private static final int LIMIT = 8 << 20;

    private final HttpClient http = HttpClient.newHttpClient();

    @TestHTTPResource(value = "/", management = true)
    URI management;

    private String results = "";

    /** The framework puts its own routes under {@code /q}; these are beside it. */
    @BeforeEach
    void find() {
        results = management.resolve("/admin/results").toString();
    }

    private RequestSpecification operator() {
        return given().urlEncodingEnabled(false).header("Authorization", "Bearer " + AgainstUpstream.ADMIN_TOKEN);
    }

    private Response inspect(String id) {
        return operator().get(results + "/" + id);
    }

    private Response purge(String id) {
        return operator().delete(results + "/" + id);
    }

    private HttpResponse<String> bring(String lines) throws Exception {
        return bring(lines, "application/x-ndjson");
    }

    private HttpResponse<String> bring(String lines, String type) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(results))
                .header("Authorization", "Bearer " + AgainstUpstream.ADMIN_TOKEN)
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(lines))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static int count(HttpResponse<String> response, String what) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonPath.from(response.body()).getInt(what);
    }

    private static void isRefused(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(JsonPath.from(response.body()).getString("code")).isEqualTo(code);
    }

    /** The line of {@code id} in an export. */
    private String exported(String id) {
        return operator()
                .get(results)
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
            Response refused = given().header("Authorization", value).get(results);
            isProblem(refused, 401, "unauthorized");
            assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
        }
        isProblem(given().get(results + "/" + anyId()), 401, "unauthorized");
        isProblem(given().delete(results + "/" + anyId()), 401, "unauthorized");
        isProblem(given().post(results), 401, "unauthorized");
    }

    @Test
    void otherMethodsAndPathsAreProblems() {
        Response put = operator().put(results);
        isProblem(put, 405, "method_not_allowed");
        assertThat(put.header("Allow")).isEqualTo("GET, POST");
        assertThat(operator().post(results + "/" + anyId()).header("Allow")).isEqualTo("GET, DELETE");
        isProblem(operator().get(results + "/a%2Fb"), 400, "invalid_execution_id");
        isProblem(operator().get(results.replace("results", "others")), 404, "route_not_found");
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
    void anExportComesBackAfterAPurgeByteForByte() throws Exception {
        String id = anyId();
        upstream.says(id, SUCCESS);
        Response before = get(id);
        String line = exported(id);
        purge(id);
        HttpResponse<String> imported = bring(line + "\n");
        assertThat(count(imported, "imported")).isOne();
        assertThat(count(imported, "alreadyThere") + count(imported, "conflicts"))
                .isZero();
        assertThat(count(bring(line), "alreadyThere")).isOne();
        Response after = get(id);
        assertThat(after.asByteArray()).isEqualTo(before.asByteArray());
        assertThat(after.header("ETag")).isEqualTo(before.header("ETag"));
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
    }

    @Test
    void anImportMakesARunningTaskTerminal() throws Exception {
        String done = anyId();
        upstream.says(done, SUCCESS);
        get(done);
        String line = exported(done);
        purge(done);
        upstream.says(done, RUNNING);
        assertThat(get(done).asString()).contains(RUNNING);
        assertThat(count(bring(line), "imported")).isOne();
        assertThat(get(done).asString()).isEqualTo(FakeUpstream.bodyOf(done, SUCCESS));
    }

    @Test
    void theFirstBadLineEndsAnImportAndTheGoodOnesBeforeItAreKept() throws Exception {
        String first = anyId();
        String second = anyId();
        upstream.says(first, SUCCESS);
        upstream.says(second, SUCCESS);
        get(first);
        get(second);
        String lines = exported(first) + "\n" + exported(second).replace("\"sha256\":\"", "\"sha256\":\"0") + "\n";
        purge(first);
        purge(second);
        HttpResponse<String> refused = bring(lines);
        isRefused(refused, 400, "invalid_import");
        assertThat(JsonPath.from(refused.body()).getString("detail"))
                .startsWith("Line 2")
                .contains("sha256");
        assertThat(inspect(first).statusCode()).isEqualTo(200);
        assertThat(inspect(second).statusCode()).isEqualTo(404);
    }

    @Test
    void anImportTakesEightMebibytesAndNoMore() throws Exception {
        assertThat(count(bring("\n".repeat(LIMIT)), "imported")).isZero();
        isRefused(bring("\n".repeat(LIMIT + 1)), 413, "import_too_large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "application/json", "text/plain"})
    void anImportIsReadWhateverItsTypeSays(String type) throws Exception {
        String id = anyId();
        upstream.says(id, SUCCESS);
        get(id);
        assertThat(count(bring(exported(id), type), "alreadyThere")).isOne();
    }
}
