package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(TeamAccess.class)
class TeamAccessTest {
    private static final String STATUS = "/task/function/execution-status/";

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private static void isUnauthorized(ValidatableResponse response) {
        response.statusCode(401)
                .header("WWW-Authenticate", "Bearer")
                .header("Content-Type", "application/problem+json")
                .header("Cache-Control", "no-store")
                .body("code", equalTo("unauthorized"))
                .body("executionId", nullValue());
    }

    @Test
    void withoutATokenNothingIsTold() {
        isUnauthorized(given().get(STATUS + "access-1").then());
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
        isUnauthorized(given().header("Authorization", authorization)
                .get(STATUS + "access-1")
                .then());
    }

    @Test
    void twoTokensAtOnceAreNone() {
        isUnauthorized(given().header("Authorization", "Bearer wrong", "Bearer " + TeamAccess.BLUE)
                .get(STATUS + "access-1")
                .then());
    }

    @ParameterizedTest
    @ValueSource(strings = {TeamAccess.BLUE, TeamAccess.BLUE_NEXT})
    void everyTokenOfATeamOpens(String token) {
        as(token).get(STATUS + "access-2").then().statusCode(not(401));
    }

    @Test
    void theNameOfTheSchemeHasNoCase() {
        given().header("Authorization", "bEARER " + TeamAccess.BLUE)
                .get(STATUS + "access-2")
                .then()
                .statusCode(not(401));
    }

    @Test
    void routeAndMethodComeBeforeAccessAndTheIdAfter() {
        given().get("/task/function/other").then().statusCode(404).body("code", equalTo("route_not_found"));
        given().post(STATUS + "access-3").then().statusCode(405).body("code", equalTo("method_not_allowed"));
        given().options(STATUS + "access-3").then().statusCode(200);
        isUnauthorized(given().urlEncodingEnabled(false).get(STATUS + "a%2Fb").then());
        as(TeamAccess.BLUE)
                .urlEncodingEnabled(false)
                .get(STATUS + "a%2Fb")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_execution_id"));
    }

    @Test
    void eventStreamsAndWaitsNeedTheTokenToo() {
        isUnauthorized(
                given().accept("text/event-stream").get(STATUS + "access-4").then());
        isUnauthorized(
                given().header("Prefer", "wait=30").get(STATUS + "access-4").then());
        given().head(STATUS + "access-4").then().statusCode(401);
    }

    @Test
    void theConsoleAndTheDescriptionAreOpen() {
        given().get("/console/").then().statusCode(not(401));
        given().get("/openapi").then().statusCode(200);
    }

    @Test
    void overItsLimitATeamIsToldWhenToComeBackWhateverItAsksFor() {
        as(TeamAccess.SLOW).get(STATUS + "access-5").then().statusCode(not(429));
        as(TeamAccess.SLOW)
                .urlEncodingEnabled(false)
                .get(STATUS + "a%2Fb")
                .then()
                .statusCode(429)
                .header("Content-Type", "application/problem+json")
                .header("Retry-After", "20")
                .body("code", equalTo("rate_limited"))
                .body("retryable", equalTo(true));
        isUnauthorized(given().get(STATUS + "access-5").then());
        as(TeamAccess.BLUE).get(STATUS + "access-5").then().statusCode(not(429));
    }
}
