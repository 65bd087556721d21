package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.oneOf;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Access by the teams' tokens, and their limits. */
class TeamAccessIT extends TeamAccess {
    private static final String FORBIDDEN_ID = "a%2Fb";

    private RequestSpecification as(String token) {
        return client().header("Authorization", "Bearer " + token);
    }

    private static void isUnauthorized(Response response) {
        response.then()
                .statusCode(401)
                .header("WWW-Authenticate", "Bearer")
                .header("Content-Type", "application/problem+json")
                .header("Cache-Control", "no-store")
                .body("code", equalTo("unauthorized"))
                .body("executionId", nullValue());
    }

    private String known() {
        String id = anyId();
        upstream.says(id, SUCCESS);
        return id;
    }

    @Test
    void withoutATokenNothingIsToldAndNothingFetched() {
        String id = known();

        isUnauthorized(get(id));

        assertThat(upstream.fetchesOf(id)).isZero();
    }

    @Test
    void whatIsKeptIsNotToldWithoutATokenEither() {
        String id = known();
        as(TeamAccess.BLUE).get(PATH + id).then().statusCode(200);

        isUnauthorized(get(id));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer wrong",
                "Bearer",
                "Bearer ",
                "Basic Ymx1ZS10b2tlbjo=",
                "blue-token",
                "Bearer blue-token x",
                "Bearerblue-token",
                "Bearer BLUE-TOKEN"
            })
    void whatIsNoTeamsTokenIsRefused(String authorization) {
        isUnauthorized(get(anyId(), "Authorization", authorization));
    }

    @Test
    void twoTokensAtOnceAreNone() {
        isUnauthorized(client().header("Authorization", "Bearer wrong", "Bearer " + TeamAccess.BLUE)
                .get(PATH + anyId()));
    }

    @ParameterizedTest
    @ValueSource(strings = {TeamAccess.BLUE, TeamAccess.BLUE_NEXT})
    void everyTokenOfATeamOpensAndTheTeamIsCounted(String token) throws Exception {
        String id = known();

        as(token).get(PATH + id).then().statusCode(200);
        as(token).get(PATH + id).then().statusCode(200);

        assertThat(process.metric(
                        "gateway_requests_total", "team=\"blue\"", "outcome=\"Success\"", "source=\"memory\""))
                .isPositive();
    }

    @Test
    void whoeverIsRefusedIsCountedAsOther() throws Exception {
        isUnauthorized(get(anyId()));

        assertThat(process.metric("gateway_requests_total", "team=\"other\"", "outcome=\"unauthorized\""))
                .isPositive();
        assertThat(process.metric("gateway_requests_total", "team=\"none\"")).isZero();
    }

    @Test
    void theNameOfTheSchemeHasNoCase() {
        client().header("Authorization", "bEARER " + TeamAccess.BLUE)
                .get(PATH + known())
                .then()
                .statusCode(200);
    }

    @Test
    void routeAndMethodComeBeforeAccessAndTheIdAfter() {
        client().get("/task/function/other").then().statusCode(404).body("code", equalTo("route_not_found"));
        client().post(PATH + anyId()).then().statusCode(405).body("code", equalTo("method_not_allowed"));
        client().options(PATH + anyId()).then().statusCode(200);
        isUnauthorized(get(FORBIDDEN_ID));
        as(TeamAccess.BLUE)
                .get(PATH + FORBIDDEN_ID)
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_execution_id"));
    }

    @Test
    void eventStreamsAndWaitsNeedTheTokenToo() {
        isUnauthorized(get(anyId(), "Accept", "text/event-stream"));
        isUnauthorized(get(anyId(), "Prefer", "wait=30"));
        client().head(PATH + anyId()).then().statusCode(401);
    }

    @Test
    void theConsoleAndTheDescriptionAreOpen() {
        client().get("/console/").then().statusCode(not(401));
        client().get("/openapi").then().statusCode(200);
    }

    @Test
    void overItsLimitATeamIsToldWhenToComeBackWhateverItAsksFor() {
        as(TeamAccess.SLOW).get(PATH + known()).then().statusCode(200);
        as(TeamAccess.SLOW)
                .get(PATH + FORBIDDEN_ID)
                .then()
                .statusCode(429)
                .header("Content-Type", "application/problem+json")
                .header("Retry-After", oneOf("18", "19", "20"))
                .body("code", equalTo("rate_limited"))
                .body("retryable", equalTo(true));
        isUnauthorized(get(anyId()));
        as(TeamAccess.BLUE).get(PATH + known()).then().statusCode(200);
    }

    @Test
    void aTeamThatSpentItsFetchesStillGetsWhatIsKept() {
        String first = known();
        String second = known();
        as(TeamAccess.FRUGAL).get(PATH + first).then().statusCode(200);

        as(TeamAccess.FRUGAL)
                .get(PATH + second)
                .then()
                .statusCode(429)
                .header("Retry-After", oneOf("18", "19", "20"))
                .body("code", equalTo("rate_limited"))
                .body("executionId", equalTo(second));
        as(TeamAccess.FRUGAL).get(PATH + first).then().statusCode(200);

        assertThat(upstream.fetchesOf(second)).isZero();
        as(TeamAccess.BLUE).get(PATH + second).then().statusCode(200);
        as(TeamAccess.FRUGAL).get(PATH + second).then().statusCode(200);
    }

    @Test
    void withoutATokenOfTheirOwnTheAdminRoutesAreClosedToEverybody() {
        for (String token : new String[] {"", "Bearer ", "Bearer " + TeamAccess.BLUE}) {
            given().header("Authorization", token)
                    .get(management("/admin/results"))
                    .then()
                    .statusCode(403)
                    .body("code", equalTo("admin_disabled"));
        }
    }
}
