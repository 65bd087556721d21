package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.response.Response;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Access by tokens of quarkus-oidc, by its own settings alone. */
class OidcAccessIT extends OidcAccess {
    private Response getWith(String token) {
        String id = anyId();
        upstream.says(id, SUCCESS);
        return get(id, "Authorization", "Bearer " + token);
    }

    private static String claims(String subject, String more) {
        long now = Instant.now().getEpochSecond();
        return "{\"sub\":\"%s\",\"iat\":%d,\"exp\":%d%s}".formatted(subject, now, now + 300, more);
    }

    private double answersFor(String team) throws Exception {
        return process.metric("gateway_requests_total", "team=\"" + team + "\"", "outcome=\"Success\"");
    }

    private static void isUnauthorized(Response response) {
        response.then()
                .statusCode(401)
                .header("WWW-Authenticate", "Bearer")
                .header("Content-Type", "application/problem+json")
                .body("code", equalTo("unauthorized"));
    }

    @Test
    void theClaimTeamNamesTheTeam() throws Exception {
        double before = answersFor("blue");

        getWith(token(claims("one", ",\"team\":\"blue\""))).then().statusCode(200);
        getWith(token(claims("two", ",\"groups\":[\"staff\",\"blue\"]"))).then().statusCode(200);

        assertThat(answersFor("blue")).isEqualTo(before + 2);
    }

    @Test
    void whoIsOfNoConfiguredTeamIsOtherAndHasALimitOfTheirOwn() throws Exception {
        String subject = anyId();
        double before = answersFor("other");

        getWith(token(claims(subject, ""))).then().statusCode(200);
        getWith(token(claims(subject, ""))).then().statusCode(429).body("code", equalTo("rate_limited"));
        getWith(token(claims(anyId(), ",\"team\":\"" + anyId() + "\""))).then().statusCode(200);

        assertThat(answersFor("other")).isEqualTo(before + 2);
    }

    @Test
    void aNameThatATokensOwnerCouldChooseIsNoTeam() throws Exception {
        double before = answersFor("blue");

        getWith(token(claims("blue", ",\"preferred_username\":\"blue\"")));

        assertThat(answersFor("blue")).isEqualTo(before);
    }

    @Test
    void noTokenAStrangeOneAndAnOldOneAreRefused() {
        isUnauthorized(get(anyId()));
        isUnauthorized(getWith("a.b.c"));
        isUnauthorized(getWith(token("{\"sub\":\"one\",\"team\":\"blue\",\"iat\":1,\"exp\":2}")));
        String good = token(claims("one", ",\"team\":\"blue\""));
        isUnauthorized(getWith(good.substring(0, good.length() - 8) + "AAAAAAAA"));
        isUnauthorized(get(anyId(), "Authorization", "Basic eHl6"));
    }
}
